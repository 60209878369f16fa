using System.Text.RegularExpressions;

namespace Attendance.Tests.Architecture;

/// <summary>The folders of a project as rooms, with the rooms that each source file uses.</summary>
internal sealed partial class SourceRooms
{
    private readonly string _project;
    private readonly IReadOnlyList<Source> _files;

    /// <param name="project">Its name, with which its namespaces begin.</param>
    /// <param name="files">By path from the project's folder. Files beside the folders put the project together and belong to no room.</param>
    public SourceRooms(string project, IEnumerable<(string Path, string Text)> files)
    {
        _project = project;
        _files = [.. files.Where(file => file.Path.Contains('/')).Select(file => new Source(file.Path, file.Path.Split('/')[0], NoCode().Replace(file.Text, " ")))];
    }

    public static SourceRooms Of(string project)
    {
        var folder = Repository.PathOf(project);
        return new SourceRooms(
            project,
            Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(folder, "*.cshtml", SearchOption.AllDirectories))
                .Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllText(path)))
                .Where(file => !file.Item1.StartsWith("node_modules/", StringComparison.Ordinal)));
    }

    public IReadOnlySet<string> Names => _files.Select(file => file.Room).ToHashSet();

    /// <summary>Finds uses of a room by a room that is not above it. Each result names the using file and the used files.</summary>
    /// <param name="floors">The rooms from the ground up.</param>
    public IReadOnlyList<string> UsesThatDoNotGoDown(params string[] floors) =>
    [
        .. Uses().Where(use => Array.IndexOf(floors, use.Of) >= Array.IndexOf(floors, use.By)).Select(use => use.ToString()),
        .. Names.Except(floors).Select(room => $"{room} has no floor."),
    ];

    /// <summary>Finds pairs of rooms that use each other.</summary>
    public IReadOnlyList<string> UsesBothWays()
    {
        var uses = Uses().ToList();
        return [.. uses.Where(use => uses.Any(back => back.By == use.Of && back.Of == use.By)).Select(use => use.ToString())];
    }

    private IEnumerable<Use> Uses() =>
        from file in _files
        from room in Names
        where room != file.Room
        let used = DeclaredIn(room, file)
        where Regex.IsMatch(file.Code, $@"\b{Regex.Escape(_project)}\.{room}\b") || (NeedsNoUsing(file.Path, file.Code) && used.Count > 0)
        select new Use(file.Path, file.Room, room, used);

    /// <summary>Whether a file can name the types of another room without a using: a page gets them from _ViewImports, and a file without a namespace sees its like.</summary>
    private static bool NeedsNoUsing(string path, string code) => path.EndsWith(".cshtml", StringComparison.Ordinal) || !Namespace().IsMatch(code);

    /// <summary>The files of a room that declare a type which the code names.</summary>
    private List<string> DeclaredIn(string room, Source by) =>
        [.. _files.Where(file => file.Room == room && file.Declared.Any(by.Named.Contains)).Select(file => file.Path)];

    /// <summary>Matches comments and string literals, because a name in them is not a use.</summary>
    [GeneratedRegex(@"//[^\n]*|""(\\.|[^""\\\n])*""", RegexOptions.ExplicitCapture)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"^namespace ", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex Words();

    /// <summary>Matches the declarations of types that are not nested in another type.</summary>
    [GeneratedRegex(@"^([a-z]+ )*(class|record|struct|interface|enum) (struct )?(?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Types();

    private sealed record Source(string Path, string Room, string Code)
    {
        /// <summary>Names of the types that the file declares.</summary>
        public IReadOnlyList<string> Declared { get; } = [.. Types().Matches(Code).Select(type => type.Groups["name"].Value)];

        /// <summary>Matches every identifier that may be the name of a type.</summary>
        public HashSet<string> Named { get; } = Words().Matches(Code).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
    }

    private sealed record Use(string File, string By, string Of, IReadOnlyList<string> Used)
    {
        public override string ToString() => $"{File} uses {Of} ({string.Join(", ", Used)}).";
    }
}

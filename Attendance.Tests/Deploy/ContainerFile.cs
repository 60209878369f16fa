namespace Attendance.Tests.Deploy;

/// <summary>What a container file of <c>deploy/</c> says.</summary>
internal sealed class ContainerFile
{
    private readonly string[] _lines;

    public ContainerFile(string name)
    {
        Path = Repository.PathOf("deploy", name + ".Containerfile");
        _lines = File.ReadAllText(Path).Replace("\\\n", "", StringComparison.Ordinal).Split('\n');
    }

    public string Path { get; }

    /// <summary>Files and folders of the repository that the build has, and nothing else.</summary>
    public IReadOnlyList<string> Copied =>
        [.. All("COPY").Where(words => !words.StartsWith("--from", StringComparison.Ordinal)).SelectMany(words => words.Split(' ')[..^1]).Select(path => path.TrimEnd('/'))];

    /// <summary>The arguments of <c>dotnet</c> that put the program into the folder <c>/app</c>.</summary>
    public string[] Publish => All("RUN").Single(words => words.StartsWith("dotnet publish ", StringComparison.Ordinal)).Split(' ')[1..];

    public IReadOnlyDictionary<string, string> Environment =>
        All("ENV").SelectMany(words => words.Split(' ')).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    public string User => All("USER").Last();

    public string Port => All("EXPOSE").Single();

    public string Folder => All("WORKDIR").Last();

    public IEnumerable<string> Volumes => All("VOLUME");

    /// <summary>The assembly that <c>dotnet</c> runs.</summary>
    public string Program => All("ENTRYPOINT").Single().Split('"') is [_, "dotnet", _, var program, _] ? program : throw new FormatException("The entry point is not dotnet and one assembly.");

    private IEnumerable<string> All(string instruction) => _lines.Where(line => line.StartsWith(instruction + ' ', StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..]);
}

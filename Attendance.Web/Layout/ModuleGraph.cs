using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Web.Languages;
using Microsoft.Extensions.FileProviders;

namespace Attendance.Web.Layout;

/// <summary>
/// The modules of the pages, as browsers get them fastest: at addresses with a version, so that they keep them without asking, and all named by
/// the page that needs them, so that they need not find them level by level. A page that is loaded again has little time until its lease ends.
/// </summary>
internal sealed partial class ModuleGraph(IWebHostEnvironment environment)
{
    private const string Folder = "/js";
    private const string Texts = $"{Folder}/languages/text.js";
    private const int VersionLength = 16;

    private readonly IFileProvider _files = environment.WebRootFileProvider;
    private Known? _known;

    /// <summary>The version of all modules together, because each imports others. It changes with any of them.</summary>
    public string Version => Current().Version;

    /// <summary>Returns the address of a module with its version.</summary>
    /// <param name="module">Its path on this server, without a version.</param>
    public string AddressOf(string module) => $"{Folder}/v-{Version}{module[Folder.Length..]}";

    /// <summary>
    /// Returns the addresses of what a module needs in a page of this language: what it imports, directly or not, and the texts of the language, which
    /// <c>text.js</c> imports only when it knows the page.
    /// </summary>
    public IEnumerable<string> NeededBy(string module, Language language)
    {
        var imported = Current().Imported.GetOrAdd(module, FindImported);
        return (language.IsTranslated && imported.Contains(Texts) ? imported.Append($"{Folder}/languages/{language.Code}.js") : imported).Select(AddressOf);
    }

    /// <summary>Returns the path without its version, and the version; null if the path has none.</summary>
    public static (PathString Path, string Version)? Split(PathString path) =>
        Versioned().Match(path.Value ?? "") is { Success: true } match ? ($"{Folder}/{match.Groups["rest"].Value}", match.Groups["version"].Value) : null;

    private Known Current()
    {
        if (_known is { } known && known.IsCurrent())
        {
            return known;
        }

        var change = environment.IsDevelopment() ? _files.Watch($"{Folder[1..]}/**/*.js") : NullChangeToken.Singleton; // elsewhere, files change with the program only
        return _known = new(VersionNow(), () => !change.HasChanged);
    }

    private string VersionNow()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in All(Folder).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{Read(path)}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..VersionLength];
    }

    private IEnumerable<string> All(string folder) => _files.GetDirectoryContents(folder).SelectMany(file =>
        file.IsDirectory ? All($"{folder}/{file.Name}") : file.Name.EndsWith(".js", StringComparison.Ordinal) ? [$"{folder}/{file.Name}"] : []);

    private IReadOnlySet<string> FindImported(string module)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var next = new Queue<string>([module]); next.TryDequeue(out var path);)
        {
            foreach (var imported in Import().Matches(Read(path)).Select(match => new Uri(new Uri($"http://pages{path}"), match.Groups["path"].Value).AbsolutePath).Where(found.Add))
            {
                next.Enqueue(imported);
            }
        }

        return found;
    }

    private string Read(string path)
    {
        using var file = new StreamReader(_files.GetFileInfo(path).CreateReadStream());
        return file.ReadToEnd();
    }

    [GeneratedRegex("""^(import|export)\s+([^'";]*\sfrom\s+)?'(?<path>\.[^']+)'""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Import();

    [GeneratedRegex(@"^/js/v-(?<version>[0-9a-f]{16})/(?<rest>.+)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Versioned();

    private sealed record Known(string Version, Func<bool> IsCurrent)
    {
        public ConcurrentDictionary<string, IReadOnlySet<string>> Imported { get; } = new(StringComparer.Ordinal);
    }
}

using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Attendance.Web.Layout;

/// <summary>
/// Knows which modules a module of the pages imports, directly or not, so that a page can name them all. A browser would otherwise find them level
/// by level, one way to the server and back for each, and a page that is loaded again has little time until its lease ends.
/// </summary>
internal sealed partial class ModuleGraph(IWebHostEnvironment environment)
{
    private readonly ConcurrentDictionary<string, IReadOnlyCollection<string>> _known = new(StringComparer.Ordinal);

    /// <param name="module">The path of the module on this server.</param>
    public IReadOnlyCollection<string> ImportedBy(string module) => _known.GetOrAdd(module, Find);

    private HashSet<string> Find(string module)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var next = new Queue<string>([module]); next.TryDequeue(out var path);)
        {
            foreach (var imported in ImportsOf(path))
            {
                if (found.Add(imported))
                {
                    next.Enqueue(imported);
                }
            }
        }

        return found;
    }

    private IEnumerable<string> ImportsOf(string path)
    {
        using var file = new StreamReader(environment.WebRootFileProvider.GetFileInfo(path).CreateReadStream());
        return Import().Matches(file.ReadToEnd()).Select(match => new Uri(new Uri($"http://pages{path}"), match.Groups["path"].Value).AbsolutePath);
    }

    [GeneratedRegex("""^(import|export)\s+([^'";]*\sfrom\s+)?'(?<path>[./][^']+)'""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Import();
}

using System.Text.RegularExpressions;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Tests that a page names all the modules that it needs, so that a browser need not find them one after the other.</summary>
public sealed partial class ModuleTests : WebTest
{
    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    [InlineData("/")]
    public async Task A_page_names_each_module_that_it_needs(string page)
    {
        var html = await Client.GetStringAsync(page, Cancel);
        var modules = Module().Matches(html).Select(match => match.Groups[1].Value).ToList();
        var named = Preload().Matches(html).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        for (var next = new Queue<string>(modules); next.TryDequeue(out var module);)
        {
            var text = await Client.GetStringAsync(module, Cancel);
            foreach (var imported in From().Matches(text).Select(match => new Uri(new Uri(Web.Address, module), match.Groups[1].Value).AbsolutePath).Where(needed.Add))
            {
                next.Enqueue(imported);
            }
        }

        Assert.NotEmpty(modules);
        Assert.InRange(needed.Count, 3, int.MaxValue);
        Assert.Equal(needed.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""<script type="module" src="([^"]+)">""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Module();

    [GeneratedRegex("""<link rel="modulepreload" href="([^"]+)">""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Preload();

    [GeneratedRegex("""^(?:import|\}) .*'(\.[^']+)';$""", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();
}

using System.Text.RegularExpressions;
using Xunit;

namespace Attendance.Tests.Architecture;

/// <summary>Tests that the pages' style sheets have no rule that no page can use.</summary>
public sealed partial class StyleTests
{
    private static readonly string[] s_pages = [".cshtml", ".cs", ".js"];

    /// <summary>Classes that ASP.NET Core sets.</summary>
    private static readonly string[] s_ofFramework = ["input-validation-error"];

    [Fact]
    public void Each_class_attribute_and_variable_of_a_style_sheet_is_used()
    {
        var web = Repository.PathOf("Attendance.Web");
        var sheets = Directory.GetFiles(Path.Combine(web, "wwwroot", "css"), "*.css", SearchOption.AllDirectories).Select(file => Comment().Replace(File.ReadAllText(file), "")).ToList();
        var pages = string.Join('\n', Directory.EnumerateFiles(web, "*", SearchOption.AllDirectories)
            .Where(file => s_pages.Contains(Path.GetExtension(file)) && !file.Contains($"{Path.DirectorySeparatorChar}node_modules{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}lib{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        var used = Word().Matches(pages).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        var all = string.Join('\n', sheets);

        Assert.InRange(sheets.Count, 5, int.MaxValue);
        Assert.All(Names(Class(), all).Except(s_ofFramework, StringComparer.Ordinal), name => Assert.Contains(name, used));
        Assert.All(Names(Attribute(), all), name => Assert.True(used.Contains($"data-{name}") || used.Contains(CamelCase(name)), name));
        Assert.All(Names(Variable(), all), name => Assert.Contains($"var({name}", all, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(Regex of, string sheets) => of.Matches(sheets).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal);

    /// <summary>The name of a data attribute as scripts have it.</summary>
    private static string CamelCase(string name) => Hyphen().Replace(name, match => match.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("[A-Za-z][A-Za-z0-9_-]*", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\.([a-z][a-z0-9-]*)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Class();

    [GeneratedRegex(@"\[data-([a-z-]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Attribute();

    [GeneratedRegex("(--[a-z-]+):", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex("-([a-z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hyphen();
}

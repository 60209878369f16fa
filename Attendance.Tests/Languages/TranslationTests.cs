using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Attendance.Tests.Languages;

/// <summary>Holds each language to the texts that pages have: none is missing, none is left over, and each has the values of the English one.</summary>
public sealed partial class TranslationTests
{
    private static readonly string s_web = Repository.PathOf("Attendance.Web");

    /// <summary>These look up texts that others name.</summary>
    private static readonly string[] s_lookUp = ["Words.cs", "FormLanguage.cs", "AuditWords.cs"];

    [Fact]
    public void Each_text_of_a_page_has_a_German_one_and_no_German_one_is_left_over() => AssertSame(
        TextsOf(Files(".cs", ".cshtml")),
        XDocument.Load(Path.Combine(s_web, "Languages", "Words.de.resx")).Root!.Elements("data").Select(data => (data.Attribute("name")!.Value, data.Element("value")!.Value)));

    [Fact]
    public void Each_text_is_written_where_it_is_looked_up() => AssertNone("cannot be found by these tests", Files(".cs", ".cshtml")
        .Where(file => !s_lookUp.Contains(Path.GetFileName(file)))
        .SelectMany(file => Hidden().Matches(File.ReadAllText(file)), (file, match) => $"{Path.GetFileName(file)}: {match.Value}"));

    [Fact]
    public void Each_text_of_a_module_has_a_German_one_and_no_German_one_is_left_over()
    {
        var file = Path.Combine(s_web, "wwwroot", "js", "languages", "de.js");
        var texts = Files(".js").SelectMany(each => OfModule().Matches(File.ReadAllText(each))).Select(match => Unescape(match.Groups["text"].Value)).ToList();

        AssertSame(
            texts,
            Entry().Matches(File.ReadAllText(file)).Select(match => (Unescape(match.Groups["text"].Value), Unescape(match.Groups["german"].Value))));
    }

    private static void AssertSame(IReadOnlyCollection<string> texts, IEnumerable<(string English, string Other)> translated)
    {
        var there = translated.ToList();

        AssertNone("are missing", texts.Except(there.Select(each => each.English), StringComparer.Ordinal));
        AssertNone("are left over", there.Select(each => each.English).Except(texts, StringComparer.Ordinal));
        Assert.All(there, each => Assert.Equal(ValuesOf(each.English), ValuesOf(each.Other)));
        Assert.All(there, each => Assert.Equal(TagsOf(each.English), TagsOf(each.Other)));
        Assert.Equal(there.Count, there.DistinctBy(each => each.English, StringComparer.Ordinal).Count());
    }

    private static void AssertNone(string what, IEnumerable<string> texts) =>
        Assert.False(texts.Any(), $"These {what}:\n{string.Join('\n', texts.Order(StringComparer.Ordinal))}");

    private static List<string> TextsOf(IEnumerable<string> files) =>
        [.. files.Select(File.ReadAllText).SelectMany(source => Text().Matches(source).Concat(OfForm().Matches(source))).Select(match => Unescape(match.Groups["text"].Value))];

    private static IEnumerable<string> Files(params string[] endings) => Directory.EnumerateFiles(s_web, "*", SearchOption.AllDirectories)
        .Where(file => endings.Contains(Path.GetExtension(file)) && !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "node_modules" or "lib" or "Migrations"));

    private static IEnumerable<string> ValuesOf(string text) => Value().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> TagsOf(string text) => Tag().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    private static string Unescape(string literal) => Escape().Replace(literal, match => match.Groups[1].Value);

    /// <summary>A text in a page or in code: T("…") and Markup("…").</summary>
    [GeneratedRegex("""(?<![A-Za-z0-9_])(T|Markup)\("(?<text>(\\.|[^"\\])*)"[,)]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Text();

    /// <summary>The label of a field, and what is said when it is wrong.</summary>
    [GeneratedRegex("""(ErrorMessage|Display\(Name) = "(?<text>(\\.|[^"\\])*)"[,)]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex OfForm();

    /// <summary>A text that is a constant, or put together, and not written in the call.</summary>
    [GeneratedRegex("""(?<![A-Za-z0-9_])((T|Markup)\((?!"(\\.|[^"\\])*"[,)])|(ErrorMessage|Display\(Name) = (?!"(\\.|[^"\\])*"[,)])).{0,60}""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Hidden();

    [GeneratedRegex("""(?<![A-Za-z0-9_])t\('(?<text>(\\.|[^'\\])*)'[,)]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex OfModule();

    [GeneratedRegex("""^\s+'(?<text>(\\.|[^'\\])*)':\s+'(?<german>(\\.|[^'\\])*)',$""", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\{\d", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\\(.)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}

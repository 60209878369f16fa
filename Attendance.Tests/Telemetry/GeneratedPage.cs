namespace Attendance.Tests.Telemetry;

/// <summary>A page of <c>docs/</c> of which the part between two marks is written from the code.</summary>
internal static class GeneratedPage
{
    /// <param name="name">The name of a file in <c>docs/</c>.</param>
    public static string PathOf(string name) => Repository.PathOf("docs", name);

    /// <param name="page">The current text of the page.</param>
    /// <param name="generated">The text between the marks.</param>
    /// <param name="mark">The name of the marks, if a page has several generated parts.</param>
    public static string Renew(string page, string generated, string mark = "generated")
    {
        var (first, last) = ($"<!-- {mark}: begin -->", $"<!-- {mark}: end -->");
        var (begin, end) = (page.IndexOf(first, StringComparison.Ordinal), page.IndexOf(last, StringComparison.Ordinal));
        return begin < 0 || end < begin
            ? throw new InvalidOperationException($"A generated page must have '{first}' and '{last}'.")
            : string.Concat(page.AsSpan(0, begin + first.Length), generated, page.AsSpan(end));
    }
}

namespace Attendance.Tests.Telemetry;

/// <summary>A page of <c>docs/</c> of which the part between two marks is written from the code.</summary>
internal static class GeneratedPage
{
    private const string Begin = "<!-- generated: begin -->", End = "<!-- generated: end -->";

    /// <param name="name">Of a file in <c>docs/</c>.</param>
    public static string PathOf(string name) => Repository.PathOf("docs", name);

    /// <returns>The page with what lies between its marks replaced.</returns>
    public static string Renew(string page, string generated)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        return begin < 0 || end < begin
            ? throw new InvalidOperationException($"A generated page must have '{Begin}' and '{End}'.")
            : string.Concat(page.AsSpan(0, begin + Begin.Length), generated, page.AsSpan(end));
    }
}

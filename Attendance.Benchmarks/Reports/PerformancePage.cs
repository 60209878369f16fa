namespace Attendance.Benchmarks.Reports;

/// <summary>
/// The page <c>docs/performance.md</c>. Each group has a place of its own there, between two marks; the rest is written
/// by hand and stays, as do the figures of groups that were not run.
/// </summary>
internal static class PerformancePage
{
    public const string Path = "docs/performance.md";

    public static string Replace(string page, string group, string section)
    {
        var (begin, end) = ($"<!-- {group}: written by the benchmarks -->", $"<!-- {group}: end -->");
        var block = $"{begin}\n{section.Trim()}\n{end}";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        if (from < 0)
        {
            return $"{page.TrimEnd()}\n\n{block}\n";
        }

        var to = page.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0
            ? throw new InvalidDataException($"{Path}: '{begin}' has no '{end}'.")
            : string.Concat(page.AsSpan(0, from), block, page.AsSpan(to + end.Length));
    }

    public static string Section(IBenchmarkGroup group, string command, string machine, IEnumerable<ReportTable> tables) =>
        $"## {group.Title}\n\n{group.About}\n\n`{command}`, on {machine}.\n\n{string.Join('\n', tables.Select(table => table.ToMarkdown()))}";
}

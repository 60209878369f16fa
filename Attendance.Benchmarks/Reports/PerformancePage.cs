namespace Attendance.Benchmarks.Reports;

/// <summary>
/// The page <c>docs/performance.md</c>. Each group has a place of its own there, between two marks, and rows in the table of goals;
/// the rest is written by hand and stays, as do the figures of groups that were not run.
/// </summary>
internal static class PerformancePage
{
    public const string Path = "docs/performance.md";

    /// <summary>The name of the table of goals, as a group has one.</summary>
    private const string Goals = "goals";

    public static string Replace(string page, string group, string section)
    {
        var (begin, end) = (Begin(group), End(group));
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

    /// <summary>Replaces a group's rows in the table of goals. The other groups' rows stay, but those of groups that are gone.</summary>
    /// <param name="order">The names of all groups, in the order of their rows.</param>
    /// <param name="link">Where the group's section is, seen from the page.</param>
    public static string ReplaceGoals(string page, IReadOnlyList<string> order, string group, string link, IEnumerable<Goal> goals)
    {
        var places = order.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var rows = GoalRows(page).Where(row => GroupOf(row) != group)
            .Concat(goals.Select(goal => $"| [{group}]({link}) | {string.Join(" | ", Cells(goal))} |"))
            .Where(row => places.ContainsKey(GroupOf(row)))
            .OrderBy(row => places[GroupOf(row)]);
        return Replace(page, Goals, string.Join('\n', rows.Prepend("| --- | --- | ---: | ---: | --- |").Prepend("| Group | What | Goal | Measured | Result |")));
    }

    /// <summary>The goals of a run, for whoever watches it.</summary>
    public static string GoalLines(string group, IEnumerable<Goal> goals) => string.Concat(goals.Select(goal => $"{group}: {string.Join("; ", Cells(goal))}\n"));

    /// <summary>Where a group's section is, seen from the folder of the pages.</summary>
    public static string LinkTo(IBenchmarkGroup group)
    {
        var anchor = string.Concat(group.Title.ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');
        return group.Page == Path ? $"#{anchor}" : $"{System.IO.Path.GetFileName(group.Page)}#{anchor}";
    }

    private static string[] Cells(Goal goal) => [goal.What, goal.Limit, goal.Measured, goal.Result];

    private static IEnumerable<string> GoalRows(string page) => page.Split('\n')
        .SkipWhile(line => line != Begin(Goals)).TakeWhile(line => line != End(Goals)).Where(line => line.StartsWith("| [", StringComparison.Ordinal));

    private static string GroupOf(string row) => row.Split('[', ']')[1];

    private static string Begin(string mark) => $"<!-- {mark}: written by the benchmarks -->";

    private static string End(string mark) => $"<!-- {mark}: end -->";
}

namespace Attendance.Benchmarks.Reports;

/// <summary>The results of one measurement. Units belong into the names of the columns.</summary>
/// <param name="Note">What a reader must know to read it, or what falls short and why. Markdown.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null)
{
    /// <summary>What the figures should be. The goals of all groups stand in one table at the top of the page.</summary>
    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>Stands in place of a table that cannot be measured here, and says why.</summary>
    public static ReportTable NotMeasured(string title, string reason) => new(title, [], [], $"Not measured here: {reason}");

    public string ToMarkdown()
    {
        var lines = new List<string> { $"### {Title}", "" };
        if (Rows.Count > 0)
        {
            lines.Add(Line(Columns));
            // The first column says what was measured; all others are figures.
            lines.Add(Line([.. Columns.Select((_, column) => column == 0 ? "---" : "---:")]));
            lines.AddRange(Rows.Select(Line));
            lines.Add("");
        }

        if (Note is not null)
        {
            lines.Add(Note);
            lines.Add("");
        }

        return string.Join('\n', lines);
    }

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";
}

namespace Attendance.Web.Reports.Exports;

/// <summary>A column of an export.</summary>
/// <param name="Format">How a spreadsheet shows what is a number or a date there. Null for text and plain numbers.</param>
/// <param name="Width">How wide it is in a spreadsheet, in characters.</param>
internal sealed record ExportColumn(string Name, int Width, string? Format = null)
{
    public const string Day = "yyyy-mm-dd", Time = "yyyy-mm-dd hh:mm", Percent = "0.0";

    public static ExportColumn[] Marks { get; } =
        [new("Present", 9), new("Late", 9), new("Left early", 10), new("Absent", 9), new("Excused", 9), new("Not yet", 9), new("Attended %", 11, Percent)];

    public static object?[] ValuesOf(MarkCounts counts) =>
        [counts.Present, counts.Late, counts.LeftEarly, counts.Absent, counts.Excused, counts.Pending, ReportWords.Rounded(counts.Share)];
}

/// <summary>What is exported: its columns, and its rows, which are read while they are sent. A row has a text, a number, a day, a time of the site, or null for each column.</summary>
/// <param name="Name">What the file is called: of which report, never of whom.</param>
internal sealed record ExportTable(string Name, IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows);

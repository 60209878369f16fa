using System.Globalization;
using Attendance.Web.Http;

namespace Attendance.Web.Reports.Exports;

internal enum ReportKind
{
    Sessions,
    Group,
    Person,

    /// <summary>One row for each person and session.</summary>
    Marks,
}

internal enum ExportFormat
{
    Csv,

    /// <summary>With a byte order mark, by which Excel knows that it is UTF-8.</summary>
    ExcelCsv,
    Xlsx,
}

/// <summary>What somebody wants to export.</summary>
/// <param name="Id">An id that the page made, to ask how far the export is. Null for one that nobody follows.</param>
internal sealed record ExportRequest(ReportKind Kind, ExportFormat Format, ReportScope Scope, Guid? Id)
{
    public string ContentType => Format == ExportFormat.Xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8; header=present";

    /// <summary>Has the report and the days, and no name of a person or a group.</summary>
    public string FileName(string table) => string.Create(
        CultureInfo.InvariantCulture, $"attendance-{table}-{Scope.Range.From:yyyy-MM-dd}-to-{Scope.Range.Until:yyyy-MM-dd}.{(Format == ExportFormat.Xlsx ? "xlsx" : "csv")}");

    /// <returns>The request or the problem. Exactly one of them is null.</returns>
    public static (ExportRequest? Request, Problem? Problem) Read(ReportKind kind, ExportFormat format, IQueryCollection query, DateOnly today)
    {
        var (range, fault) = ReportRange.Read(query["from"], query["until"], today);
        if (range is null)
        {
            return (null, ProblemOf(fault));
        }

        if (!TryRead(query["group"], out var group) || (group is null && kind == ReportKind.Group))
        {
            return (null, ApiProblems.Invalid("group", "must be the id of a group."));
        }

        if (!TryRead(query["person"], out var person) || (person is null && kind == ReportKind.Person))
        {
            return (null, ApiProblems.Invalid("person", "must be the id of a person."));
        }

        return TryRead(query["export"], out var id)
            ? (new(kind, format, new(range, group, kind is ReportKind.Person or ReportKind.Marks ? person : null), id), null)
            : (null, ApiProblems.Invalid("export", "must be a UUID that was made for this export."));
    }

    private static Problem ProblemOf(RangeFault? fault) => fault switch
    {
        RangeFault.FromIsNoDay => ApiProblems.Invalid("from", "must be a day such as 2026-11-30."),
        RangeFault.UntilIsNoDay => ApiProblems.Invalid("until", "must be a day such as 2026-11-30."),
        RangeFault.UntilIsBeforeFrom => ApiProblems.Invalid("until", "must not be before the first day."),
        _ => ApiProblems.Invalid("until", $"must be at most {ReportRange.LongestDays} days from the first day."),
    };

    private static bool TryRead(string? text, out Guid? id)
    {
        id = Guid.TryParse(text, out var read) ? read : null;
        return id is not null || string.IsNullOrEmpty(text);
    }
}

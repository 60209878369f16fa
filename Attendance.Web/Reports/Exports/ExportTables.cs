using System.Runtime.CompilerServices;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Attendance.Web.Schedules;

namespace Attendance.Web.Reports.Exports;

/// <summary>Turns each report into a table.</summary>
internal sealed class ExportTables(AttendanceReports reports)
{
    private static readonly ExportColumn[] s_session =
        [new("Day", 12, ExportColumn.Day), new("Session", 24), new("Starts", 17, ExportColumn.Time), new("Ends", 17, ExportColumn.Time), new("Time zone", 16), new("Place", 16)];

    private static readonly ExportColumn[] s_mark =
        [new("Mark", 11), new("Came", 17, ExportColumn.Time), new("Left", 17, ExportColumn.Time), new("Minutes present", 15), new("Stated by", 12)];

    private static readonly ExportColumn[] s_person = [new("Name", 28), new("Number", 14)];

    /// <summary>Marks, and what states them, as files have them: in English, because programs read files as well.</summary>
    private static readonly Dictionary<Mark, string> s_marks = Enum.GetValues<Mark>().ToDictionary(mark => mark, mark => Words.InEnglish(() => MarkWords.Of(mark)));

    private static readonly Dictionary<CheckInMethod, string> s_methods =
        Enum.GetValues<CheckInMethod>().ToDictionary(method => method, method => Words.InEnglish(() => MarkWords.Of(method)));

    public ExportTable Of(ReportKind kind, ReportScope scope, CancellationToken cancellationToken) => kind switch
    {
        ReportKind.Sessions => new("sessions", [.. s_session, .. ExportColumn.Marks], SessionsAsync(scope, cancellationToken)),
        ReportKind.Group => new("group", [.. s_person, .. ExportColumn.Marks], PeopleAsync(scope, cancellationToken)),
        ReportKind.Person => new("person", [.. s_session, .. s_mark], PersonAsync(scope, cancellationToken)),
        _ => new("marks", [.. s_session, .. s_person, .. s_mark], MarksAsync(scope, cancellationToken)),
    };

    private async IAsyncEnumerable<object?[]> SessionsAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (session, counts) in reports.TotalsAsync(scope, cancellationToken))
        {
            yield return [.. ValuesOf(session), .. ExportColumn.ValuesOf(counts)];
        }
    }

    private async IAsyncEnumerable<object?[]> PeopleAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var person in await reports.PeopleAsync(scope, ReportOrder.Name, cancellationToken))
        {
            yield return [person.FullName, person.Number, .. ExportColumn.ValuesOf(person.Counts)];
        }
    }

    private async IAsyncEnumerable<object?[]> PersonAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (session, row) in reports.MarksAsync(scope, cancellationToken))
        {
            yield return [.. ValuesOf(session), .. ValuesOf(session, row.Result)];
        }
    }

    private async IAsyncEnumerable<object?[]> MarksAsync(ReportScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (session, row) in reports.MarksAsync(scope, cancellationToken))
        {
            yield return [.. ValuesOf(session), row.FullName, row.Number, .. ValuesOf(session, row.Result)];
        }
    }

    private static object?[] ValuesOf(Session session) =>
        [session.Day, session.Name, Zones.ToLocal(session.Zone, session.StartsAt), Zones.ToLocal(session.Zone, session.EndsAt), session.Zone, session.Place];

    private static object?[] ValuesOf(Session session, MarkResult result) =>
    [
        s_marks[result.Mark], LocalOf(session, result.FirstIn), LocalOf(session, result.LastOut), ReportWords.Minutes(session, result),
        result.StatedBy is { } by ? s_methods[by] : null,
    ];

    private static DateTime? LocalOf(Session session, DateTime? utc) => utc is { } time ? Zones.ToLocal(session.Zone, time) : null;
}

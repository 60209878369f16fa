using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Audit;

/// <summary>
/// Entries of the audit in the language of the request. They are stored in English, whoever did it: what was done as a code, and details with words
/// that pages have too.
/// </summary>
internal static class AuditWords
{
    private const string To = " to ";

    public static string Of(AuditRow entry) => entry.Detail is { } detail ? $"{OfAction(entry.Action)}, {OfDetail(detail)}" : OfAction(entry.Action);

    private static string OfAction(string action) => action switch
    {
        "mark.corrected" => T("Mark corrected"),
        "roll.called" => T("Roll called"),
        "session.added" => T("Session added"),
        "session.cancelled" => T("Session cancelled"),
        "session.moved" => T("Session moved"),
        "session.restored" => T("Session restored"),
        _ => action,
    };

    /// <summary>Finds the words of "Absent to Excused" one by one. Times stay as they are.</summary>
    private static string OfDetail(string detail) => detail.Split(To) is [var from, var to] ? T("{0} to {1}", Words.T(from), Words.T(to)) : detail;
}

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
        "consent.given" => T("Consent given"),
        "consent.imported" => T("Consent imported"),
        "consent.withdrawn" => T("Consent withdrawn"),
        "contact.asked" => T("Contact asked to confirm"),
        "contact.removed" => T("Contact removed"),
        "deletion.refused" => T("Deletion refused"),
        "deletion.requested" => T("Deletion requested"),
        "deletion.taken_back" => T("Request for deletion taken back"),
        "export.downloaded" => T("Everything kept was downloaded"),
        "guardian.changed" => T("Day of coming of age changed"),
        "hold.ended" => T("Hold ended"),
        "hold.set" => T("Hold set"),
        "mark.corrected" => T("Mark corrected"),
        "privacy_link.made" => T("Link made"),
        "privacy_link.opened" => T("Link opened"),
        "privacy_link.revoked" => T("Link revoked"),
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

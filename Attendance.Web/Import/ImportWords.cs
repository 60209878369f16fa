using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import;

internal static class ImportWords
{
    public static string Of(ImportKind kind) => kind switch
    {
        ImportKind.People => T("People"),
        ImportKind.Pictures => T("Pictures"),
        _ => T("Timetable"),
    };

    public static string TitleOf(ImportKind kind) => kind switch
    {
        ImportKind.People => T("Import: people"),
        ImportKind.Pictures => T("Import: pictures"),
        _ => T("Import: timetable"),
    };

    public static (string Words, string Tone) Of(ImportState state) => state switch
    {
        ImportState.Draft => (T("Not complete"), "warn"),
        ImportState.Checking => (T("Being checked"), "good"),
        ImportState.Waiting => (T("Waiting for confirmation"), "warn"),
        ImportState.Applying => (T("Running"), "good"),
        ImportState.Done => (T("Done"), "quiet"),
        _ => (T("Cancelled | an import"), "quiet"),
    };

    public static string Of(ImportVerdict verdict) => verdict switch
    {
        ImportVerdict.New => T("New"),
        ImportVerdict.Changed => T("Changed"),
        ImportVerdict.Unchanged => T("Unchanged"),
        ImportVerdict.Leaving => T("Leaving"),
        ImportVerdict.Refused => T("Refused"),
        _ => T("Not checked"),
    };

    public static int CountOf(ImportRun run, ImportVerdict verdict) => verdict switch
    {
        ImportVerdict.New => run.New,
        ImportVerdict.Changed => run.Changed,
        ImportVerdict.Unchanged => run.Unchanged,
        ImportVerdict.Leaving => run.Leaving,
        ImportVerdict.Refused => run.Refused,
        _ => 0,
    };

    /// <summary>Names what changes. It is stored in English.</summary>
    public static string FieldOf(ImportChange change) => change.Field switch
    {
        "Full name" => T("Full name"),
        "Group, as text" => T("Group, as text"),
        "Member of" => T("Member of"),
        "Picture" => T("Picture"),
        "Consent" => T("Consent"),
        "Name" => T("Name"),
        "Days" => T("Days"),
        "First day" => T("First day"),
        "Start" => T("Start"),
        "Minutes" => T("Minutes"),
        "Time zone" => T("Time zone"),
        "Place" => T("Place"),
        "Not on" => T("Not on"),
        "Also on" => T("Also on"),
        "Groups" => T("Groups"),
        var other => other,
    };

    /// <summary>Returns what the operator may say so that an item is not refused, or null. It is stored in English.</summary>
    public static string? QuestionOf(ImportContent content) => content.Question switch
    {
        "They have agreed again" => T("They have agreed again"),
        var other => other,
    };

    /// <summary>Describes an import for the audit, without names.</summary>
    public static string CountsOf(ImportRun run) =>
        InEnglish(() => $"{Of(run.Kind)}: {run.New} new, {run.Changed} changed, {run.Unchanged} unchanged, {run.Leaving} left, {run.Refused} refused");
}

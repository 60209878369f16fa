using Attendance.Web.Data;

namespace Attendance.Web.Import;

internal static class ImportWords
{
    public static string Of(ImportKind kind) => kind switch
    {
        ImportKind.People => "People",
        ImportKind.Pictures => "Pictures",
        _ => "Timetable",
    };

    public static (string Words, string Tone) Of(ImportState state) => state switch
    {
        ImportState.Draft => ("Not complete", "warn"),
        ImportState.Checking => ("Being checked", "good"),
        ImportState.Waiting => ("Waiting for confirmation", "warn"),
        ImportState.Applying => ("Running", "good"),
        ImportState.Done => ("Done", "quiet"),
        _ => ("Cancelled", "quiet"),
    };

    public static string Of(ImportVerdict verdict) => verdict switch
    {
        ImportVerdict.New => "New",
        ImportVerdict.Changed => "Changed",
        ImportVerdict.Unchanged => "Unchanged",
        ImportVerdict.Leaving => "Leaving",
        ImportVerdict.Refused => "Refused",
        _ => "Not checked",
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

    /// <summary>Describes an import for the audit, without names.</summary>
    public static string CountsOf(ImportRun run) =>
        $"{Of(run.Kind)}: {run.New} new, {run.Changed} changed, {run.Unchanged} unchanged, {run.Leaving} left, {run.Refused} refused";
}

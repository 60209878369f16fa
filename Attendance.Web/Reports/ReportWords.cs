using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Reports;

internal static class ReportWords
{
    public static string Of(ReportRange range) => T("{0} to {1}", Show.Day(range.From), Show.Day(range.Until));

    public static string Of(RangeFault fault) => fault switch
    {
        RangeFault.FromIsNoDay => T("First day: it must be a day such as 2026-11-30."),
        RangeFault.UntilIsNoDay => T("Last day: it must be a day such as 2026-11-30."),
        RangeFault.UntilIsBeforeFrom => T("Last day: it must not be before the first day."),
        _ => T("Last day: it must be at most {0} days from the first day.", ReportRange.LongestDays),
    };

    /// <summary>Writes a share as a percentage with one decimal, or a dash where there is none.</summary>
    public static string Percent(decimal? share) => share is null ? "–" : T("{0} %", Show.Number((double)Rounded(share)!, "0.0"));

    public static decimal? Rounded(decimal? share) => share is { } part ? Math.Round(part * 100, 1, MidpointRounding.AwayFromZero) : null;

    /// <summary>How many minutes somebody was there, or null where leaving is not looked at.</summary>
    public static int? Minutes(Session session, MarkResult result) => session.Rules.WantsCheckOut ? (int)result.Presence.TotalMinutes : null;
}

using System.Globalization;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;

namespace Attendance.Web.Reports;

internal static class ReportWords
{
    /// <summary>Writes a share as a percentage with one decimal, or a dash where there is none.</summary>
    public static string Percent(decimal? share) => share is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{Rounded(share):0.0} %");

    public static decimal? Rounded(decimal? share) => share is { } part ? Math.Round(part * 100, 1, MidpointRounding.AwayFromZero) : null;

    /// <summary>How many minutes somebody was there, or null where leaving is not looked at.</summary>
    public static int? Minutes(Session session, MarkResult result) => session.Rules.WantsCheckOut ? (int)result.Presence.TotalMinutes : null;
}

using Attendance.Web.Data;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.TimeZones;

namespace Attendance.Web.Notifications;

/// <summary>
/// Computes when something is sent: by the digest of a rule, and outside its quiet hours, by the clock on the wall of a site. It is pure. What
/// the clock shows twice, when it is set back, counts as often for quiet hours, and once for digests.
/// </summary>
internal static class SendTimes
{
    /// <summary>A time that is there twice is the first of the two; one that is left out is as much later as the clock is set.</summary>
    private static readonly ZoneLocalMappingResolver s_digest = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    private static readonly ZoneLocalMappingResolver s_quietFrom = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
    private static readonly ZoneLocalMappingResolver s_quietUntil = Resolvers.CreateMappingResolver(Resolvers.ReturnLater, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>Returns when a rule sends what it found at a moment.</summary>
    /// <param name="zone">The IANA time zone of the session.</param>
    public static DateTime Due(NotificationRule rule, string zone, DateTime moment)
    {
        var due = rule.Digest == DigestKind.AtOnce ? moment : NextDigest(rule, ZoneOf(zone), Instant.FromDateTimeUtc(moment)).ToDateTimeUtc();
        return QuietUntil(rule, zone, due) ?? due;
    }

    /// <summary>Returns when the quiet hours end that a time lies in, or null if it lies in none.</summary>
    public static DateTime? QuietUntil(NotificationRule rule, string zone, DateTime time)
    {
        if (rule is not { QuietFrom: { } from, QuietUntil: { } until })
        {
            return null;
        }

        var (site, at) = (ZoneOf(zone), Instant.FromDateTimeUtc(time));
        var today = at.InZone(site).Date;
        for (var day = today.PlusDays(-1); day <= today; day = day.PlusDays(1))
        {
            var start = (day + from.ToLocalTime()).InZone(site, s_quietFrom).ToInstant();
            var end = ((from < until ? day : day.PlusDays(1)) + until.ToLocalTime()).InZone(site, s_quietUntil).ToInstant();
            if (start <= at && at < end)
            {
                return end.ToDateTimeUtc();
            }
        }

        return null;
    }

    private static Instant NextDigest(NotificationRule rule, DateTimeZone zone, Instant moment)
    {
        var time = (rule.SendAt ?? TimeOnly.MinValue).ToLocalTime();
        for (var day = moment.InZone(zone).Date; ; day = day.PlusDays(1))
        {
            var at = (day + time).InZone(zone, s_digest).ToInstant();
            if (at >= moment && (rule.Digest == DigestKind.Daily || rule.SendOn is not { } wanted || day.DayOfWeek == wanted.ToIsoDayOfWeek()))
            {
                return at;
            }
        }
    }

    private static DateTimeZone ZoneOf(string zone) => DateTimeZoneProviders.Tzdb[zone];
}

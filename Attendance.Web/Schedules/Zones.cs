using NodaTime;

namespace Attendance.Web.Schedules;

/// <summary>Converts between the local time of a site and UTC, by the time zone database that NodaTime brings: the same on every machine.</summary>
internal static class Zones
{
    public static IReadOnlyList<string> All { get; } = [.. DateTimeZoneProviders.Tzdb.Ids];

    public static DateTimeZone? Find(string? id) => id is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);

    /// <summary>
    /// Returns the moment that a clock on the wall shows this time. Where the clocks are set forward over it, the moment is as much later as
    /// they are set. Where they are set back and show it twice, it is the first of the two.
    /// </summary>
    public static DateTime ToUtc(string zone, DateOnly day, TimeOnly time) =>
        (LocalDate.FromDateOnly(day) + LocalTime.FromTimeOnly(time)).InZoneLeniently(Get(zone)).ToDateTimeUtc();

    public static DateTime ToLocal(string zone, DateTime utc) => Instant.FromDateTimeUtc(utc).InZone(Get(zone)).ToDateTimeUnspecified();

    public static DateOnly DayOf(string zone, DateTime utc) => DateOnly.FromDateTime(ToLocal(zone, utc));

    private static DateTimeZone Get(string zone) => DateTimeZoneProviders.Tzdb[zone];
}

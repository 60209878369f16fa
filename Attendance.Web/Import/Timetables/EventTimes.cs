using Attendance.Web.Schedules;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;

namespace Attendance.Web.Import.Timetables;

/// <summary>An event cannot be a schedule. The message says why.</summary>
internal sealed class EventException(string message) : Exception(message);

/// <summary>
/// The times of an event in the zones that Web knows. What a file says itself about the rules of a zone is not used: the zone's name is, so
/// that a zone whose rules have changed since is right.
/// </summary>
internal static class EventTimes
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <exception cref="EventException">The zone is not known.</exception>
    public static string ZoneOf(CalDateTime time, string otherwise) =>
        time.IsUtc ? "UTC"
        : time.TzId is not { Length: > 0 } id ? otherwise
        : Zones.Find(id) is not null ? id
        : TimeZoneInfo.TryConvertWindowsIdToIanaId(id, out var iana) && Zones.Find(iana) is not null ? iana
        : throw new EventException($"The time zone “{Shortened(id)}” is not known. Use one such as Europe/Vienna.");

    /// <summary>Returns the time by the clock on the wall of a zone.</summary>
    /// <param name="otherwise">The zone of a time that has none.</param>
    public static DateTime LocalOf(CalDateTime time, string zone, string otherwise) =>
        ZoneOf(time, otherwise) is var own && own == zone ? time.Value : Zones.ToLocal(zone, UtcOf(time, otherwise));

    /// <exception cref="EventException">The event has no end, or lasts too long for a session.</exception>
    public static TimeSpan DurationOf(CalendarEvent each, string otherwise)
    {
        var duration = each.End is { } end ? UtcOf(end, otherwise) - UtcOf(each.Start!, otherwise) : each.Duration?.ToTimeSpanUnspecified() ?? TimeSpan.Zero;
        return duration <= TimeSpan.Zero ? throw new EventException("The event has no end after its start.")
            : duration > s_longest ? throw new EventException("The event lasts longer than a day.")
            : duration.Ticks % TimeSpan.TicksPerMinute != 0 ? throw new EventException("The event does not last whole minutes.")
            : duration;
    }

    private static DateTime UtcOf(CalDateTime time, string otherwise) => Zones.ToUtc(ZoneOf(time, otherwise), time.Date, time.Time ?? TimeOnly.MinValue);

    private static string Shortened(string id) => new([.. id.Where(each => !char.IsControl(each)).Take(64)]);
}

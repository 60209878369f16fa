using System.Text.Json;
using Attendance.Web.Data;
using Attendance.Web.Schedules;

namespace Attendance.Web.Import.Timetables;

/// <summary>How an event says which groups it is for. Public, because model binding only supports public types.</summary>
public enum GroupsBy
{
    /// <summary>All events are for the groups that the operator has chosen.</summary>
    Choice,

    /// <summary>The categories of an event are names of groups.</summary>
    Categories,

    /// <summary>A property of the event, such as X-GROUP, has the names.</summary>
    Property,
}

/// <summary>What the operator has said about a timetable.</summary>
/// <param name="Zone">The time zone of times that have none.</param>
/// <param name="Property">The name of the property that has the names of groups, or null.</param>
internal sealed record TimetableSettings(string Zone, GroupsBy GroupsBy, IReadOnlyList<Guid> Groups, string? Property, bool SkipsHolidays)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static TimetableSettings FromJson(string json) => JsonSerializer.Deserialize<TimetableSettings>(json)!;
}

/// <summary>An event of a timetable as a schedule can have it.</summary>
/// <param name="Source">The event's UID.</param>
/// <param name="GroupNames">The names of groups that the event has. Empty if the operator has chosen the groups.</param>
internal sealed record TimetableEvent(
    string Source, string Name, string Recurrence, DateOnly FirstDay, TimeOnly StartsAt, TimeSpan Duration, string Zone, string? Place, string? ExceptDays, string? ExtraDays,
    IReadOnlyList<string> GroupNames)
{
    /// <summary>Writes what the event says into a schedule, and leaves its rules as they are.</summary>
    public void WriteTo(Schedule schedule)
    {
        (schedule.Name, schedule.Recurrence, schedule.FirstDay, schedule.StartsAt, schedule.Duration, schedule.Zone) = (Name, Recurrence, FirstDay, StartsAt, Duration, Zone);
        (schedule.Place, schedule.PlaceKey, schedule.ExceptDays, schedule.ExtraDays, schedule.Source) = (Place, Places.Key(Place), ExceptDays, ExtraDays, Source);
    }

    public Schedule ToSchedule(MarkRules rules, bool skipsHolidays, DateTime now)
    {
        var schedule = new Schedule { Name = Name, Recurrence = Recurrence, Zone = Zone, Rules = rules, SkipsHolidays = skipsHolidays, CreatedAt = now };
        WriteTo(schedule);
        return schedule;
    }
}

/// <summary>An event as it was read: exactly one of <paramref name="Event"/> and <paramref name="Problem"/> is null.</summary>
internal sealed record ReadEvent(string Title, DateOnly? FirstDay, TimetableEvent? Event, string? Problem);

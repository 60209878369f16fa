using Attendance.Web.Data;

namespace Attendance.Web.Schedules;

/// <summary>A session as a schedule wants it.</summary>
/// <param name="Day">The local day on which it starts.</param>
internal sealed record Occurrence(DateOnly Day, DateTime StartsAt, DateTime EndsAt);

/// <summary>
/// Compares the sessions of a schedule with what the schedule wants now. A session that has opened, was moved or was cancelled stays as it
/// is, so a changed schedule changes the future only. Pure: it reads no clock and no database.
/// </summary>
internal sealed record SessionPlan(
    IReadOnlyList<Occurrence> Added, IReadOnlyList<(Session Session, Occurrence Wanted)> Changed, IReadOnlyList<Session> Dropped)
{
    /// <param name="schedule">The schedule.</param>
    /// <param name="holidays">All holidays.</param>
    /// <param name="existing">The sessions of this schedule from yesterday on, at least.</param>
    /// <param name="now">The current time, in UTC.</param>
    /// <param name="days">For how many days ahead to plan.</param>
    public static SessionPlan Of(Schedule schedule, IReadOnlyList<Holiday> holidays, IReadOnlyList<Session> existing, DateTime now, int days)
    {
        var last = Zones.DayOf(schedule.Zone, now).AddDays(days);
        var wanted = schedule.EndedAt is null ? Occurrences(schedule, holidays, now, last).ToDictionary(each => each.Day) : [];
        var (changed, dropped) = (new List<(Session, Occurrence)>(), new List<Session>());
        foreach (var session in existing)
        {
            var isWanted = wanted.Remove(session.OriginalDay, out var occurrence);
            if (session.OpensAt <= now || session.IsMoved || session.State == SessionState.Cancelled)
            {
                continue; // it keeps its day, so the schedule makes no other session on it
            }

            if (isWanted)
            {
                changed.Add((session, occurrence!));
            }
            else if (session.OriginalDay <= last)
            {
                dropped.Add(session);
            }
        }

        return new SessionPlan([.. wanted.Values.OrderBy(each => each.Day)], changed, dropped);
    }

    /// <summary>Lists what a schedule wants that has not ended yet, up to and including a local day.</summary>
    public static IEnumerable<Occurrence> Occurrences(Schedule schedule, IReadOnlyList<Holiday> holidays, DateTime now, DateOnly last)
    {
        var first = Zones.DayOf(schedule.Zone, now).AddDays(-2); // a session may last longer than a day
        return from day in Recurrence.Days(schedule, first, last)
               where !schedule.SkipsHolidays || !holidays.Any(holiday => holiday.FirstDay <= day && day <= holiday.LastDay)
               let start = Zones.ToUtc(schedule.Zone, day, schedule.StartsAt)
               where start + schedule.Duration > now
               select new Occurrence(day, start, start + schedule.Duration);
    }
}

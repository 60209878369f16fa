using Attendance.Web.Data;
using Attendance.Web.Languages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Sessions in the words of pages, by the clock on the wall of their site.</summary>
internal static class SessionWords
{
    public static string When(Session session) => $"{Show.Day(session.Day)}, {Times(session)}";

    public static string Times(Session session)
    {
        var (start, end) = (Zones.ToLocal(session.Zone, session.StartsAt), Zones.ToLocal(session.Zone, session.EndsAt));
        return end.Date == start.Date ? T("{0} to {1}", Show.Time(start), Show.Time(end))
            : end.Date == start.Date.AddDays(1) ? T("{0} to {1} the next day", Show.Time(start), Show.Time(end))
            : T("{0} to {1} on {2}", Show.Time(start), Show.Time(end), Show.Day(end));
    }

    public static string TimeOf(Session session, DateTime? utc) => utc is { } time ? Show.Time(Zones.ToLocal(session.Zone, time)) : "";

    public static string DayAndTime(string zone, DateTime utc) => Show.DayAndTime(Zones.ToLocal(zone, utc));

    /// <param name="days">Days as a schedule keeps them.</param>
    public static string List(string days) => string.Join(", ", Recurrence.ReadDays(days).Select(day => Show.Day(day)));

    /// <summary>Describes the days of a schedule, for example "Monday, Wednesday, every 2 weeks".</summary>
    public static string Days(Schedule schedule)
    {
        if (Recurrence.ReadWeekly(schedule.Recurrence) is not { } weekly)
        {
            return schedule.Recurrence;
        }

        var days = weekly.Days.Count == Recurrence.Week.Count ? T("Every day") : string.Join(", ", weekly.Days.Select(Show.WeekDay));
        var often = weekly.Interval == 1 ? days : T("{0}, every {1} weeks", days, weekly.Interval);
        return weekly.Until is { } last ? T("{0}, until {1}", often, Show.Day(last)) : often;
    }
}

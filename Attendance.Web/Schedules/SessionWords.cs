using System.Globalization;
using Attendance.Web.Data;

namespace Attendance.Web.Schedules;

/// <summary>Sessions in the words of pages, by the clock on the wall of their site.</summary>
internal static class SessionWords
{
    public static string When(Session session) => $"{session.Day:yyyy-MM-dd}, {Times(session)}";

    public static string Times(Session session)
    {
        var (start, end) = (Zones.ToLocal(session.Zone, session.StartsAt), Zones.ToLocal(session.Zone, session.EndsAt));
        return string.Create(CultureInfo.InvariantCulture, $"{start:HH:mm} to {end:HH:mm}{(end.Date == start.Date ? "" : end.Date == start.Date.AddDays(1) ? " the next day" : $" on {end:yyyy-MM-dd}")}");
    }

    public static string TimeOf(Session session, DateTime? utc) =>
        utc is { } time ? Zones.ToLocal(session.Zone, time).ToString("HH:mm", CultureInfo.InvariantCulture) : "";

    public static string DayAndTime(string zone, DateTime utc) => Zones.ToLocal(zone, utc).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Describes the days of a schedule, for example "Monday, Wednesday, every 2 weeks".</summary>
    public static string Days(Schedule schedule)
    {
        if (Recurrence.ReadWeekly(schedule.Recurrence) is not { } weekly)
        {
            return schedule.Recurrence;
        }

        var days = weekly.Days.Count == Recurrence.Week.Count ? "Every day" : string.Join(", ", weekly.Days);
        return $"{days}{(weekly.Interval == 1 ? "" : $", every {weekly.Interval} weeks")}{(weekly.Until is { } last ? $", until {last:yyyy-MM-dd}" : "")}";
    }
}

using System.Globalization;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;

namespace Attendance.Web.Import.Timetables;

/// <summary>Turns the recurrence of an event, whose occurrences are times, into one of whole days.</summary>
internal static class EventRule
{
    private const string Once = "FREQ=DAILY;COUNT=1";
    private const int LongestInterval = 52;

    /// <param name="start">The start of the event by the clock on the wall.</param>
    /// <param name="zone">The zone of that clock.</param>
    /// <exception cref="EventException">The event recurs in a way that a schedule cannot.</exception>
    public static string Of(CalendarEvent each, DateTime start, string zone, string otherwise)
    {
        if (each.RecurrenceRule is not { } rule)
        {
            return Once;
        }

        if (rule.Frequency is FrequencyType.Secondly or FrequencyType.Minutely or FrequencyType.Hourly || !IsAtStart(rule, start))
        {
            throw new EventException("The event may start more than once a day. Make a schedule for each of its times.");
        }

        var until = rule.Until is { } last ? LastDay(last, start, zone, otherwise) : (DateOnly?)null;
        var text = Weekly(rule, start, until) ?? Text(rule, until);
        return text.Length <= Schedule.RecurrenceLength && Recurrence.IsValid(text) ? text : throw new EventException("The event recurs in a way that schedules do not know.");
    }

    /// <summary>Returns whether the hours and minutes of the rule, if it has some, say no more than the start does.</summary>
    private static bool IsAtStart(RecurrenceRule rule, DateTime start) =>
        rule.ByHour.All(hour => hour == start.Hour) && rule.ByMinute.All(minute => minute == start.Minute) && rule.BySecond.All(second => second == start.Second);

    /// <summary>Returns the last day on which the event may start.</summary>
    private static DateOnly LastDay(CalDateTime until, DateTime start, string zone, string otherwise)
    {
        if (!until.HasTime)
        {
            return until.Date;
        }

        var local = EventTimes.LocalOf(until, zone, otherwise);
        var day = DateOnly.FromDateTime(local);
        return local.TimeOfDay < start.TimeOfDay ? day.AddDays(-1) : day;
    }

    /// <returns>The rule as the form of schedules has it, or null if the form cannot show it.</returns>
    private static string? Weekly(RecurrenceRule rule, DateTime start, DateOnly? until)
    {
        var isPlain = rule.Frequency == FrequencyType.Weekly && rule.Count is null && rule.Interval is >= 1 and <= LongestInterval && (rule.Interval == 1 || rule.FirstDayOfWeek == DayOfWeek.Monday)
            && rule.ByMonth.Count + rule.ByMonthDay.Count + rule.ByYearDay.Count + rule.ByWeekNo.Count + rule.BySetPosition.Count == 0 && rule.ByDay.All(day => day.Offset is null or 0);
        return isPlain ? Recurrence.Weekly(rule.ByDay.Count == 0 ? [start.DayOfWeek] : rule.ByDay.Select(day => day.DayOfWeek), rule.Interval, until) : null;
    }

    private static string Text(RecurrenceRule rule, DateOnly? until)
    {
        (string Name, IEnumerable<string> Values)[] parts =
        [
            ("FREQ", [CodeOf(rule.Frequency)]), ("INTERVAL", rule.Interval == 1 ? [] : [Number(rule.Interval)]), ("COUNT", rule.Count is { } count ? [Number(count)] : []),
            ("UNTIL", until is { } last ? [last.ToString("yyyyMMdd", CultureInfo.InvariantCulture)] : []), ("WKST", rule.FirstDayOfWeek == DayOfWeek.Monday ? [] : [CodeOf(rule.FirstDayOfWeek)]),
            ("BYMONTH", rule.ByMonth.Select(Number)), ("BYWEEKNO", rule.ByWeekNo.Select(Number)), ("BYYEARDAY", rule.ByYearDay.Select(Number)), ("BYMONTHDAY", rule.ByMonthDay.Select(Number)),
            ("BYDAY", rule.ByDay.Select(day => (day.Offset is { } at and not 0 ? Number(at) : "") + CodeOf(day.DayOfWeek))), ("BYSETPOS", rule.BySetPosition.Select(Number)),
        ];
        return string.Join(';', parts.Where(part => part.Values.Any()).Select(part => $"{part.Name}={string.Join(',', part.Values)}"));
    }

    private static string CodeOf(FrequencyType frequency) => frequency.ToString().ToUpperInvariant();

    private static string CodeOf(DayOfWeek day) => day.ToString()[..2].ToUpperInvariant();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

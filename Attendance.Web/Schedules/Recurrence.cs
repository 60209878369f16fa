using System.Globalization;
using System.Text.RegularExpressions;
using Attendance.Web.Data;
using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using Ical.Net.Evaluation;

namespace Attendance.Web.Schedules;

/// <summary>
/// The days of an RFC 5545 recurrence. Only days recur here: the time of day and the zone belong to the schedule, so that a change of the
/// clocks is judged in one place.
/// </summary>
internal static partial class Recurrence
{
    /// <summary>How many periods in a row may be without a day before a rule is given up, such as the 30th of February of every year.</summary>
    private const int MostEmptyPeriods = 500;

    /// <summary>The days that forms accept. Outside of them, a typing error would be computed for seconds or overflow.</summary>
    public const string FirstYear = "2000-01-01", LastYear = "2199-12-31";

    private static readonly (DayOfWeek Day, string Code)[] s_days =
    [
        (DayOfWeek.Monday, "MO"), (DayOfWeek.Tuesday, "TU"), (DayOfWeek.Wednesday, "WE"), (DayOfWeek.Thursday, "TH"), (DayOfWeek.Friday, "FR"),
        (DayOfWeek.Saturday, "SA"), (DayOfWeek.Sunday, "SU"),
    ];

    public static IReadOnlyList<DayOfWeek> Week { get; } = [.. s_days.Select(each => each.Day)];

    /// <summary>Builds the rule of a schedule that recurs weekly.</summary>
    public static string Weekly(IEnumerable<DayOfWeek> days, int interval, DateOnly? until)
    {
        var every = interval == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $";INTERVAL={interval}");
        var codes = string.Join(',', s_days.Where(each => days.Contains(each.Day)).Select(each => each.Code));
        return $"FREQ=WEEKLY{every};WKST=MO;BYDAY={codes}{(until is { } last ? $";UNTIL={last:yyyyMMdd}" : "")}";
    }

    /// <summary>Reads a rule that <see cref="Weekly"/> has built. Null for any other rule.</summary>
    public static (IReadOnlyList<DayOfWeek> Days, int Interval, DateOnly? Until)? ReadWeekly(string rule)
    {
        if (WeeklyRule().Match(rule) is not { Success: true } match)
        {
            return null;
        }

        var codes = match.Groups["days"].Value.Split(',');
        return (
            [.. s_days.Where(each => codes.Contains(each.Code)).Select(each => each.Day)],
            match.Groups["interval"] is { Success: true } interval ? int.Parse(interval.Value, CultureInfo.InvariantCulture) : 1,
            match.Groups["until"] is { Success: true } until ? DateOnly.ParseExact(until.Value, "yyyyMMdd", CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Returns whether the text is a rule by which whole days recur.</summary>
    public static bool IsValid(string? rule)
    {
        if (rule is null || !Shape().IsMatch(rule))
        {
            return false;
        }

        try
        {
            var parsed = new RecurrenceRule(rule);
            return parsed.Interval >= 1 && parsed.Frequency is FrequencyType.Daily or FrequencyType.Weekly or FrequencyType.Monthly or FrequencyType.Yearly
                && parsed.ByHour.Count + parsed.ByMinute.Count + parsed.BySecond.Count == 0 && parsed.Until?.HasTime != true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Lists the days of a schedule, in order, without those that it leaves out and with those that it adds.</summary>
    public static IEnumerable<DateOnly> Days(Schedule schedule, DateOnly from, DateOnly last)
    {
        var days = Days(schedule.Recurrence, schedule.FirstDay, from, last);
        return schedule.ExceptDays is null && schedule.ExtraDays is null
            ? days
            : days.Concat(ReadDays(schedule.ExtraDays).Where(day => day >= from && day <= last)).Except(ReadDays(schedule.ExceptDays)).Order();
    }

    /// <returns>The days as a schedule keeps them, or null if there are none.</returns>
    public static string? WriteDays(IEnumerable<DateOnly> days) =>
        string.Join(' ', days.Distinct().Order().Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))) is { Length: > 0 } text ? text : null;

    public static IEnumerable<DateOnly> ReadDays(string? days) =>
        (days ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(day => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>Lists the days of a rule, in order.</summary>
    /// <param name="rule">A rule that <see cref="IsValid"/> accepts.</param>
    /// <param name="start">The first day on which the rule holds; intervals count from it.</param>
    /// <param name="from">The first day to list.</param>
    /// <param name="last">The last day to list.</param>
    public static IEnumerable<DateOnly> Days(string rule, DateOnly start, DateOnly from, DateOnly last)
    {
        var days = new CalendarEvent { Start = new CalDateTime(start), RecurrenceRule = new RecurrenceRule(rule) };
        return DaysOf(days, from, last).Select(each => each.First);
    }

    /// <summary>Lists the days of an event, each with the last day that it lasts to.</summary>
    public static IEnumerable<(DateOnly First, DateOnly Last)> DaysOf(CalendarEvent days, DateOnly from, DateOnly last)
    {
        var begin = from > days.Start!.Date ? from : days.Start.Date;
        using var found = days.GetOccurrences(new CalDateTime(begin), new EvaluationOptions { MaxUnmatchedIncrementsLimit = MostEmptyPeriods }).GetEnumerator();
        while (MovesOn(found) && found.Current.Period.StartTime.Date is var first && first <= last)
        {
            var end = found.Current.Period.EffectiveEndTime is { } until ? until.HasTime ? until.Date : until.Date.AddDays(-1) : first; // the end of days is exclusive
            yield return (first, end < first ? first : end);
        }
    }

    /// <returns><see langword="false"/> at the end, which is also where a rule has no day for too long.</returns>
    private static bool MovesOn(IEnumerator<Ical.Net.DataTypes.Occurrence> found)
    {
        try
        {
            return found.MoveNext();
        }
        catch (EvaluationException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^FREQ=WEEKLY(;INTERVAL=(?<interval>[1-9]\d?))?;WKST=MO;BYDAY=(?<days>(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*)(;UNTIL=(?<until>\d{8}))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WeeklyRule();

    [GeneratedRegex(@"^FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+-]+)*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}

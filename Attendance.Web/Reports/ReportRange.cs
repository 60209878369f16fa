using System.Globalization;
using Attendance.Web.Schedules;

namespace Attendance.Web.Reports;

internal enum RangeFault
{
    FromIsNoDay,
    UntilIsNoDay,
    UntilIsBeforeFrom,
    TooLong,
}

/// <summary>Days of which a report tells, both inclusive. A session belongs to the day on which it starts, by the clock of its site.</summary>
internal sealed record ReportRange(DateOnly From, DateOnly Until)
{
    /// <summary>A year and a bit. More would keep the server busy for one reader.</summary>
    public const int LongestDays = 400;

    public const int TermDays = 90;

    /// <summary>The days as the audit has them.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd} to {Until:yyyy-MM-dd}");

    /// <summary>What goes into an address.</summary>
    public string Query => string.Create(CultureInfo.InvariantCulture, $"from={From:yyyy-MM-dd}&until={Until:yyyy-MM-dd}");

    public static DateOnly Today(string zone, TimeProvider clock) => Zones.DayOf(zone, clock.GetUtcNow().UtcDateTime);

    public static ReportRange WeekOf(DateOnly day)
    {
        var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        return new(monday, monday.AddDays(6));
    }

    public static ReportRange MonthOf(DateOnly day)
    {
        var first = new DateOnly(day.Year, day.Month, 1);
        return new(first, first.AddMonths(1).AddDays(-1));
    }

    public static ReportRange TermUntil(DateOnly day) => new(day.AddDays(1 - TermDays), day);

    /// <returns>The range or what is wrong with it. Exactly one of them is null.</returns>
    public static (ReportRange? Range, RangeFault? Fault) Read(string? from, string? until, DateOnly today)
    {
        var month = MonthOf(today);
        return !TryRead(from, month.From, out var first) ? (null, RangeFault.FromIsNoDay)
            : !TryRead(until, from is null ? month.Until : first > today ? first : today, out var last) ? (null, RangeFault.UntilIsNoDay)
            : last < first ? (null, RangeFault.UntilIsBeforeFrom)
            : last.DayNumber - first.DayNumber >= LongestDays ? (null, RangeFault.TooLong)
            : (new(first, last), null);
    }

    private static bool TryRead(string? text, DateOnly otherwise, out DateOnly day)
    {
        day = otherwise;
        return string.IsNullOrEmpty(text) || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }
}

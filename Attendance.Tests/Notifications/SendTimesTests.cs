using System.Globalization;
using Attendance.Web.Data;
using Attendance.Web.Notifications;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>Tests when something is sent. In Vienna the clocks are set forward on 2026-03-29 from 02:00 to 03:00, and back on 2026-10-25 from 03:00 to 02:00.</summary>
public sealed class SendTimesTests
{
    [Theory]
    [InlineData("2026-06-10 10:00", "2026-06-10 10:00")] // not quiet
    [InlineData("2026-06-10 19:59", "2026-06-10 19:59")] // 21:59 there
    [InlineData("2026-06-10 20:00", "2026-06-11 05:00")] // 22:00 there
    [InlineData("2026-06-11 01:00", "2026-06-11 05:00")] // after midnight
    [InlineData("2026-06-11 05:00", "2026-06-11 05:00")] // 07:00 there, when it is over
    [InlineData("2026-03-28 22:00", "2026-03-29 05:00")] // the night is an hour shorter: 07:00 is 05:00 UTC, and was 06:00 the day before
    [InlineData("2026-03-28 05:30", "2026-03-28 06:00")]
    [InlineData("2026-10-24 21:00", "2026-10-25 06:00")] // the night is an hour longer
    public void Quiet_hours_over_midnight_are_by_the_clock_of_the_site(string moment, string due) =>
        Assert.Equal(Utc(due), SendTimes.Due(Rule(DigestKind.AtOnce, quiet: ("22:00", "07:00")), "Europe/Vienna", Utc(moment)));

    [Theory]
    [InlineData("02:30", "04:00", "2026-03-29 01:00", "2026-03-29 02:00")] // 02:30 does not exist: quiet from 03:00
    [InlineData("01:00", "02:30", "2026-03-29 00:30", "2026-03-29 01:00")] // nor does its end: until 03:00
    [InlineData("01:00", "02:30", "2026-10-25 00:45", "2026-10-25 01:30")] // 02:45 for the first time, but 02:15 is to come again: until the second 02:30
    [InlineData("02:30", "04:00", "2026-10-25 00:30", "2026-10-25 03:00")] // from the first 02:30 on
    public void Quiet_hours_hold_in_a_night_in_which_the_clocks_are_changed(string from, string until, string moment, string due) =>
        Assert.Equal(Utc(due), SendTimes.Due(Rule(DigestKind.AtOnce, quiet: (from, until)), "Europe/Vienna", Utc(moment)));

    [Theory]
    [InlineData("Daily", "16:00", "2026-06-10 13:00", "2026-06-10 14:00")]
    [InlineData("Daily", "16:00", "2026-06-10 14:00", "2026-06-10 14:00")]
    [InlineData("Daily", "16:00", "2026-06-10 14:01", "2026-06-11 14:00")]
    [InlineData("Daily", "16:00", "2026-10-24 15:00", "2026-10-25 15:00")] // an hour later by UTC
    [InlineData("Daily", "02:30", "2026-03-28 12:00", "2026-03-29 01:30")] // does not exist: 03:30
    [InlineData("Daily", "02:30", "2026-10-24 12:00", "2026-10-25 00:30")] // is there twice: the first
    [InlineData("Daily", "02:30", "2026-10-25 00:45", "2026-10-26 01:30")] // and not the second as well
    [InlineData("Weekly", "16:00", "2026-06-10 13:00", "2026-06-12 14:00")] // a Wednesday, and the Friday after it
    [InlineData("Weekly", "16:00", "2026-06-12 14:30", "2026-06-19 14:00")]
    public void A_digest_is_sent_at_its_local_time(string digest, string at, string moment, string due) =>
        Assert.Equal(Utc(due), SendTimes.Due(Rule(Enum.Parse<DigestKind>(digest), at), "Europe/Vienna", Utc(moment)));

    [Fact]
    public void The_day_is_that_of_the_site() =>
        Assert.Equal(Utc("2026-06-11 19:00"), SendTimes.Due(Rule(DigestKind.Weekly, "07:00", day: DayOfWeek.Friday), "Pacific/Auckland", Utc("2026-06-10 20:00")));

    private static NotificationRule Rule(DigestKind digest, string? at = null, DayOfWeek day = DayOfWeek.Friday, (string From, string Until)? quiet = null) => new()
    {
        Digest = digest, SendAt = Time(at), SendOn = digest == DigestKind.Weekly ? day : null, QuietFrom = Time(quiet?.From), QuietUntil = Time(quiet?.Until),
    };

    private static TimeOnly? Time(string? text) => text is null ? null : TimeOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTime Utc(string text) => DateTime.SpecifyKind(DateTime.Parse(text, CultureInfo.InvariantCulture), DateTimeKind.Utc);
}

using Attendance.Web.Data;
using Attendance.Web.Import;
using Attendance.Web.Import.Timetables;
using Attendance.Web.Schedules;
using Xunit;

namespace Attendance.Tests.Import;

/// <summary>Tests what events of iCalendar files become.</summary>
public sealed class TimetableFileTests
{
    private static readonly TimetableSettings s_settings = new("Europe/Vienna", GroupsBy.Choice, [], null, SkipsHolidays: false);

    [Fact]
    public void A_weekly_lesson_keeps_its_exceptions_and_its_last_day()
    {
        var lesson = Event(
            """
            DTSTART;TZID=W. Europe Standard Time:20270111T090000
            DTEND;TZID=W. Europe Standard Time:20270111T100000
            RRULE:FREQ=WEEKLY;UNTIL=20270203T080000Z;BYDAY=MO,WE
            EXDATE;TZID=W. Europe Standard Time:20270113T090000
            EXDATE:20270127T080000Z
            RDATE;TZID=W. Europe Standard Time:20270116T090000
            LOCATION:Room 12\, left
            """);

        Assert.Equal(("Europe/Berlin", new TimeOnly(9, 0), TimeSpan.FromHours(1), "Room 12, left"), (lesson.Zone, lesson.StartsAt, lesson.Duration, lesson.Place));
        Assert.NotNull(Recurrence.ReadWeekly(lesson.Recurrence)); // so that the form of schedules shows it
        Assert.Equal(["01-11", "01-16", "01-18", "01-20", "01-25", "02-01", "02-03"], Days(lesson, new(2027, 1, 1), new(2027, 12, 31)).Select(day => $"{day:MM-dd}"));
    }

    [Fact]
    public void A_lesson_on_the_29th_of_February_is_there_in_leap_years_only()
    {
        var leap = Event("DTSTART:20240229T100000\nDURATION:PT45M\nRRULE:FREQ=YEARLY");

        Assert.Equal([2024, 2028, 2032, 2036], Days(leap, new(2024, 1, 1), new(2037, 1, 1)).Select(day => day.Year));
    }

    [Fact]
    public void The_second_last_Friday_of_some_months_stays_that_day()
    {
        var meeting = Event("DTSTART:20270122T100000\nDURATION:PT45M\nRRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=3;BYDAY=-2FR;BYHOUR=10");

        Assert.Equal("FREQ=MONTHLY;INTERVAL=2;COUNT=3;BYDAY=-2FR", meeting.Recurrence);
        Assert.Equal(["2027-01-22", "2027-03-19", "2027-05-21"], Days(meeting, new(2027, 1, 1), new(2028, 1, 1)).Select(day => $"{day:yyyy-MM-dd}"));
    }

    [Fact]
    public void A_zone_that_has_changed_its_rules_is_as_it_is_now_and_not_as_the_file_has_it()
    {
        var class7 = Event(
            "DTSTART;TZID=America/Sao_Paulo:20270111T090000\nDTEND;TZID=America/Sao_Paulo:20270111T093000\nRRULE:FREQ=DAILY",
            "BEGIN:VTIMEZONE\nTZID:America/Sao_Paulo\nBEGIN:STANDARD\nDTSTART:20160221T000000\nTZOFFSETFROM:-0200\nTZOFFSETTO:-0300\nRRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=3SU\nEND:STANDARD\n"
            + "BEGIN:DAYLIGHT\nDTSTART:20161016T000000\nTZOFFSETFROM:-0300\nTZOFFSETTO:-0200\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=3SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n");

        Assert.Equal(12, Zones.ToUtc(class7.Zone, class7.FirstDay, class7.StartsAt).Hour); // no daylight saving since 2019
    }

    [Fact]
    public void A_date_that_was_moved_or_cancelled_follows_if_a_schedule_can_have_it()
    {
        var read = TimetableFile.Read(
            Calendar(
                "BEGIN:VEVENT\nUID:m\nSUMMARY:Maths\nDTSTART:20270111T090000\nDTEND:20270111T100000\nRRULE:FREQ=WEEKLY;COUNT=4\nEND:VEVENT\n"
                + "BEGIN:VEVENT\nUID:m\nRECURRENCE-ID:20270118T090000\nSUMMARY:Maths\nDTSTART:20270119T090000\nDTEND:20270119T100000\nEND:VEVENT\n"
                + "BEGIN:VEVENT\nUID:m\nRECURRENCE-ID:20270125T090000\nSTATUS:CANCELLED\nDTSTART:20270125T090000\nDTEND:20270125T100000\nEND:VEVENT\n"
                + "BEGIN:VEVENT\nUID:m\nRECURRENCE-ID:20270201T090000\nSUMMARY:Maths\nDTSTART:20270201T140000\nDTEND:20270201T150000\nEND:VEVENT\n"),
            s_settings);

        Assert.Equal(["2027-01-11", "2027-01-19"], Days(read[0].Event!, new(2027, 1, 1), new(2027, 12, 31)).Select(day => $"{day:yyyy-MM-dd}"));
        Assert.Contains("The date 2027-02-01 of this event is at another time", Assert.Single(read, each => each.Problem is not null).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DTSTART;VALUE=DATE:20270111", "lasts whole days")]
    [InlineData("DTSTART:20270111T090000\nDTEND:20270111T100000\nRRULE:FREQ=HOURLY", "more than once a day")]
    [InlineData("DTSTART:20270111T090000\nDTEND:20270111T100000\nRRULE:FREQ=DAILY;BYHOUR=9,14", "more than once a day")]
    [InlineData("DTSTART:20270111T090000\nDTEND:20270111T100000\nRDATE:20270112T140000", "at another time of the day")]
    [InlineData("DTSTART;TZID=Middle-earth/Shire:20270111T090000\nDTEND;TZID=Middle-earth/Shire:20270111T100000", "“Middle-earth/Shire” is not known")]
    [InlineData("DTSTART:20270111T090000\nDTEND:20270113T090000", "longer than a day")]
    [InlineData("DTSTART:20270111T090000\nDTEND:20270111T080000", "no end after its start")]
    [InlineData("DTSTART:20270111T090000", "no end after its start")]
    public void What_a_schedule_cannot_be_is_refused_with_the_reason(string lines, string reason)
    {
        var read = Assert.Single(TimetableFile.Read(Calendar($"BEGIN:VEVENT\nUID:x\nSUMMARY:X\n{lines}\nEND:VEVENT\n"), s_settings));

        Assert.Null(read.Event);
        Assert.Contains(reason, read.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_needs_a_name_and_a_UID_of_its_own()
    {
        const string times = "DTSTART:20270111T090000\nDTEND:20270111T100000\n";
        var read = TimetableFile.Read(
            Calendar($"BEGIN:VEVENT\nSUMMARY:No UID\n{times}END:VEVENT\nBEGIN:VEVENT\nUID:a\n{times}END:VEVENT\nBEGIN:VEVENT\nUID:b\nSUMMARY:B\n{times}END:VEVENT\nBEGIN:VEVENT\nUID:b\nSUMMARY:B\n{times}END:VEVENT\n"),
            s_settings);

        Assert.Equal(["no UID", "no name", "same UID", "same UID"], read.Select(each => each.Problem!.Contains("no UID", StringComparison.Ordinal) ? "no UID"
            : each.Problem.Contains("no name", StringComparison.Ordinal) ? "no name" : each.Problem.Contains("same UID", StringComparison.Ordinal) ? "same UID" : each.Problem));
        Assert.Throws<ImportTroubleException>(() => TimetableFile.Read("no calendar", s_settings));
    }

    internal static string Calendar(string events) => $"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{events}END:VCALENDAR\n".ReplaceLineEndings("\r\n");

    private static TimetableEvent Event(string lines, string before = "")
    {
        var read = Assert.Single(TimetableFile.Read(Calendar($"{before}BEGIN:VEVENT\nUID:one\nSUMMARY:Lesson\n{lines}\nEND:VEVENT\n"), s_settings));
        Assert.True(read.Event is not null, read.Problem);
        return read.Event;
    }

    private static IEnumerable<DateOnly> Days(TimetableEvent each, DateOnly from, DateOnly last) =>
        Recurrence.Days(each.ToSchedule(new MarkRules(), skipsHolidays: false, DateTime.UnixEpoch), from, last);
}

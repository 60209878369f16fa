using System.Globalization;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Xunit;

namespace Attendance.Tests.Schedules;

public sealed class SessionPlanTests
{
    private static readonly DateTime s_now = Utc("2026-03-20 06:00"); // a Friday

    [Fact]
    public void A_rule_starts_on_its_first_day_that_matches() => Assert.Equal(
        ["2026-03-23", "2026-03-25", "2026-03-30"], // from a Friday
        Days("FREQ=WEEKLY;WKST=MO;BYDAY=MO,WE", "2026-03-20", "2026-03-20", "2026-03-31"));

    [Fact]
    public void Every_second_week_counts_from_the_first_day() => Assert.Equal(
        ["2026-03-30", "2026-04-13"], Days("FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO", "2026-03-16", "2026-03-17", "2026-04-20"));

    [Fact]
    public void The_last_day_is_a_day_as_well() => Assert.Equal(
        ["2026-03-23", "2026-03-30"], Days("FREQ=WEEKLY;WKST=MO;BYDAY=MO;UNTIL=20260330", "2026-03-20", "2026-03-20", "2026-05-01"));

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31")]
    public void A_rule_without_a_day_ends(string rule) => Assert.Empty(Days(rule, "2026-03-20", "2026-03-20", "2030-01-01"));

    [Theory]
    [InlineData("FREQ=WEEKLY;BYDAY=MO,WE", true)]
    [InlineData("FREQ=MONTHLY;BYDAY=1MO", true)]
    [InlineData("FREQ=DAILY;COUNT=3", true)]
    [InlineData("FREQ=HOURLY", false)]
    [InlineData("FREQ=DAILY;BYHOUR=9,10", false)]
    [InlineData("FREQ=DAILY;UNTIL=20260330T100000Z", false)]
    [InlineData("FREQ=SOMETIMES", false)]
    [InlineData("BYDAY=MO", false)]
    [InlineData("FREQ=WEEKLY;BYDAY=XX", false)]
    [InlineData("FREQ=WEEKLY\nX", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_rules_of_whole_days_are_taken(string? rule, bool isValid) => Assert.Equal(isValid, Recurrence.IsValid(rule));

    [Fact]
    public void What_the_form_builds_it_reads_again() => Quick(
        from days in Gen.SubListOf<DayOfWeek>(Recurrence.Week.ToArray()) where days.Count > 0 from interval in Gen.Choose(1, 52) from until in Gen.Choose(-1, 700) select (days, interval, until),
        each =>
        {
            var last = each.until < 0 ? (DateOnly?)null : Day("2026-01-01").AddDays(each.until);
            var rule = Recurrence.Weekly(each.days, each.interval, last);
            var read = Recurrence.ReadWeekly(rule)!.Value;
            Assert.True(Recurrence.IsValid(rule), rule);
            Assert.Equal((each.interval, last), (read.Interval, read.Until));
            Assert.Equal(each.days.ToHashSet(), read.Days.ToHashSet());
        });

    [Theory]
    [InlineData("Europe/Vienna", "2026-03-29", "02:30", "2026-03-29 01:30")] // the clocks go from 2 to 3: shifted forward, to 03:30
    [InlineData("Europe/Vienna", "2026-10-25", "02:30", "2026-10-25 00:30")] // 02:30 is twice: the first
    [InlineData("Europe/Vienna", "2026-01-15", "09:00", "2026-01-15 08:00")]
    [InlineData("Europe/Vienna", "2026-07-15", "09:00", "2026-07-15 07:00")]
    [InlineData("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45")] // half an hour of summer time
    [InlineData("Pacific/Kiritimati", "2026-01-01", "00:30", "2025-12-31 10:30")]
    public void A_local_time_is_one_moment(string zone, string day, string time, string expected) =>
        Assert.Equal(Utc(expected), Zones.ToUtc(zone, Day(day), Time(time)));

    [Fact]
    public void In_every_zone_a_session_starts_at_its_local_time_or_where_that_is_skipped_just_after() => Quick(
        from zone in Gen.Elements(Zones.All.ToArray()) from day in Gen.Choose(0, 3650) from minute in Gen.Choose(0, 1439) select (zone, day, minute),
        each =>
        {
            var (day, time) = (Day("2020-01-01").AddDays(each.day), new TimeOnly(each.minute / 60, each.minute % 60));
            var utc = Zones.ToUtc(each.zone, day, time);
            var wanted = LocalDate.FromDateOnly(day) + LocalTime.FromTimeOnly(time);
            var mapping = DateTimeZoneProviders.Tzdb[each.zone].MapLocal(wanted);
            var local = LocalDateTime.FromDateTime(Zones.ToLocal(each.zone, utc));
            Assert.Equal(DateTimeKind.Utc, utc.Kind);
            if (mapping.Count == 0)
            {
                Assert.True(local > wanted);
            }
            else
            {
                Assert.Equal(wanted, local);
                Assert.Equal(mapping.First().ToDateTimeUtc(), utc);
            }
        });

    [Fact]
    public void A_session_over_midnight_and_a_change_of_the_clocks_lasts_as_long_as_it_is_said_to()
    {
        var schedule = Weekly("Europe/Vienna", "22:00", hours: 8, DayOfWeek.Saturday);

        var night = SessionPlan.Occurrences(schedule, [], s_now, Day("2026-03-28")).Last();

        Assert.Equal((Day("2026-03-28"), Utc("2026-03-28 21:00"), Utc("2026-03-29 05:00")), (night.Day, night.StartsAt, night.EndsAt)); // 07:00 by the clock
    }

    [Fact]
    public void Days_are_those_of_the_site_and_not_those_of_the_server()
    {
        var schedule = Weekly("Asia/Tokyo", "08:00", hours: 1, DayOfWeek.Monday); // Sunday, 23:00 in UTC

        Assert.Equal(Utc("2026-03-22 23:00"), SessionPlan.Occurrences(schedule, [], s_now, Day("2026-03-30")).First().StartsAt);
    }

    [Fact]
    public void A_session_that_is_under_way_is_made_when_its_schedule_is_new()
    {
        var schedule = Weekly("UTC", "05:30", hours: 1, DayOfWeek.Friday);

        Assert.Equal(Utc("2026-03-20 05:30"), SessionPlan.Of(schedule, [], [], s_now, 10).Added[0].StartsAt);
    }

    [Fact]
    public void Holidays_have_no_sessions_if_the_schedule_says_so()
    {
        var schedule = Weekly("UTC", "09:00", hours: 1, DayOfWeek.Monday, DayOfWeek.Tuesday);
        Holiday[] holidays = [new() { Name = "Spring", FirstDay = Day("2026-03-24"), LastDay = Day("2026-03-30"), Source = "x" }];

        string[] Planned() => [.. SessionPlan.Of(schedule, holidays, [], s_now, 12).Added.Select(each => each.Day.ToString("MM-dd", CultureInfo.InvariantCulture))];
        Assert.Equal(["03-23", "03-31"], Planned());
        schedule.SkipsHolidays = false;
        Assert.Equal(["03-23", "03-24", "03-30", "03-31"], Planned());
    }

    [Fact]
    public void A_plan_that_was_carried_out_changes_nothing_and_sessions_are_unique_by_day() => Quick(
        from zone in Gen.Elements("UTC", "Europe/Vienna", "America/New_York", "Asia/Tokyo", "Pacific/Apia")
        from days in Gen.SubListOf<DayOfWeek>(Recurrence.Week.ToArray()) where days.Count > 0
        from minute in Gen.Choose(0, 1439) from hours in Gen.Choose(1, 30) from interval in Gen.Choose(1, 3) from ago in Gen.Choose(0, 20) from later in Gen.Choose(0, 48)
        select (zone, days, minute, hours, interval, ago, later),
        each =>
        {
            var schedule = Weekly(each.zone, "00:00", each.hours, [.. each.days]);
            (schedule.StartsAt, schedule.Recurrence, schedule.FirstDay) =
                (new TimeOnly(each.minute / 60, each.minute % 60), Recurrence.Weekly(each.days, each.interval, null), DateOnly.FromDateTime(s_now).AddDays(-each.ago));
            var sessions = SessionPlan.Of(schedule, [], [], s_now, 28).Added.Select(wanted => Session(schedule, wanted)).ToList();

            Assert.Equal(sessions.Count, sessions.DistinctBy(session => session.OriginalDay).Count());
            var again = SessionPlan.Of(schedule, [], sessions, s_now, 28);
            Assert.Empty(again.Added);
            Assert.Empty(again.Dropped);
            Assert.All(again.Changed, pair => Assert.Equal((pair.Session.StartsAt, pair.Session.EndsAt), (pair.Wanted.StartsAt, pair.Wanted.EndsAt)));
            var after = SessionPlan.Of(schedule, [], sessions, s_now.AddHours(each.later), 28);
            Assert.Empty(after.Dropped);
            Assert.All(after.Added, added => Assert.True(added.StartsAt > sessions.Select(session => session.StartsAt).DefaultIfEmpty(s_now).Max()));
        });

    [Fact]
    public void A_changed_schedule_changes_the_future_only_and_leaves_what_was_moved_or_cancelled()
    {
        var schedule = Weekly("UTC", "09:00", hours: 1, [.. Recurrence.Week]);
        var sessions = SessionPlan.Of(schedule, [], [], s_now, 6).Added.Select(wanted => Session(schedule, wanted)).ToList();
        var now = sessions[1].OpensAt; // the first is over, the second has just opened
        sessions[2].State = SessionState.Cancelled;
        sessions[3].SetTimes(sessions[3].StartsAt.AddHours(3), sessions[3].EndsAt.AddHours(3), sessions[3].Day);
        sessions[3].IsMoved = true;
        schedule.StartsAt = new TimeOnly(14, 0);
        schedule.Recurrence = Recurrence.Weekly(Recurrence.Week.Except([sessions[4].Day.DayOfWeek]), 1, null);

        var plan = SessionPlan.Of(schedule, [], sessions, now, 5);

        Assert.Empty(plan.Added);
        Assert.Equal([sessions[4]], plan.Dropped);
        Assert.Equal([sessions[5], sessions[6]], plan.Changed.Select(pair => pair.Session));
        Assert.All(plan.Changed, pair => Assert.Equal(14, pair.Wanted.StartsAt.Hour));
    }

    [Fact]
    public void A_schedule_that_has_ended_drops_what_has_not_opened()
    {
        var schedule = Weekly("UTC", "09:00", hours: 1, [.. Recurrence.Week]);
        var sessions = SessionPlan.Of(schedule, [], [], s_now, 3).Added.Select(wanted => Session(schedule, wanted)).ToList();
        schedule.EndedAt = sessions[0].OpensAt;

        Assert.Equal(sessions[1..], SessionPlan.Of(schedule, [], sessions, sessions[0].OpensAt, 3).Dropped);
    }

    [Fact]
    public void Holidays_are_read_from_a_calendar_with_those_that_recur()
    {
        var read = HolidayFile.Read(Calendar, Day("2026-11-01"))!;

        Assert.Contains(read, each => each is { Name: "Winter break", Source: "break" } && each.FirstDay == Day("2026-12-24") && each.LastDay == Day("2027-01-06"));
        Assert.Equal(["2026-05-01", "2027-05-01", "2028-05-01", "2029-05-01", "2030-05-01", "2031-05-01"], read.Where(each => each.Source == "may").Select(each => each.FirstDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        Assert.Null(HolidayFile.Read("no calendar", Day("2026-11-01")));
    }

    private const string Calendar = """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Test//EN
        BEGIN:VEVENT
        UID:break
        DTSTAMP:20260101T000000Z
        DTSTART;VALUE=DATE:20261224
        DTEND;VALUE=DATE:20270107
        SUMMARY:Winter break
        END:VEVENT
        BEGIN:VEVENT
        UID:may
        DTSTAMP:20260101T000000Z
        DTSTART;VALUE=DATE:20200501
        RRULE:FREQ=YEARLY
        SUMMARY:May Day
        END:VEVENT
        END:VCALENDAR
        """;

    private static Schedule Weekly(string zone, string time, int hours, params DayOfWeek[] days) => new()
    {
        Name = "Class", Recurrence = Recurrence.Weekly(days, 1, null), FirstDay = Day("2026-01-01"), StartsAt = Time(time),
        Duration = TimeSpan.FromHours(hours), Zone = zone, Rules = new() { OpensBefore = TimeSpan.FromMinutes(15) }, SkipsHolidays = true,
    };

    private static Session Session(Schedule schedule, Occurrence wanted)
    {
        var session = new Session { OriginalDay = wanted.Day, OriginalStart = wanted.StartsAt, Name = schedule.Name, Zone = schedule.Zone, Rules = schedule.Rules };
        session.SetTimes(wanted.StartsAt, wanted.EndsAt, wanted.Day);
        return session;
    }

    private static string[] Days(string rule, string start, string from, string last) =>
        [.. Recurrence.Days(rule, Day(start), Day(from), Day(last)).Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);

    private static TimeOnly Time(string text) => TimeOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTime Utc(string text) => DateTime.SpecifyKind(DateTime.Parse(text, CultureInfo.InvariantCulture), DateTimeKind.Utc);

    private static void Quick<T>(Gen<T> cases, Action<T> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), each =>
        {
            holds(each);
            return true;
        }));
}

using System.Globalization;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.CheckIn;

/// <summary>
/// A session from 09:00 to 10:00 that opens at 08:45. A case is what happened, as "who time" words: a time alone is a check-in, <c>roll P 09:05</c>
/// an operator's word, <c>fix E 11:00</c> a correction; P, L, A, E, O are present, late, absent, excused, left early, and - takes it back.
/// </summary>
public sealed class MarksTests
{
    private static readonly DateTime s_day = new(2026, 11, 30, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan s_debounce = TimeSpan.FromMinutes(2);
    private static readonly MarkRules s_plain = new() { OpensBefore = Minutes(15), LateAfter = Minutes(5) };
    private static readonly MarkRules s_strict = s_plain with { AbsentAfter = Minutes(20) };
    private static readonly MarkRules s_out = s_plain with { LeftEarlyBefore = Minutes(5), ClosesAfter = Minutes(15) };
    private static readonly MarkRules s_presence = s_plain with { MinimumPresence = Minutes(30), ClosesAfter = Minutes(15) };

    [Theory]
    // nobody came
    [InlineData("", "08:00", nameof(Mark.Pending))]
    [InlineData("", "09:30", nameof(Mark.Pending))]
    [InlineData("", "09:59:59", nameof(Mark.Pending))]
    [InlineData("", "10:00", nameof(Mark.Absent))]
    // came
    [InlineData("08:45", "08:45", nameof(Mark.Present))]
    [InlineData("08:44:59", "10:00", nameof(Mark.Absent))] // before it opened
    [InlineData("09:00", "10:00", nameof(Mark.Present))]
    [InlineData("09:05", "10:00", nameof(Mark.Present))]
    [InlineData("09:05:01", "10:00", nameof(Mark.Late))]
    [InlineData("09:59:59", "10:00", nameof(Mark.Late))]
    [InlineData("10:00", "10:00", nameof(Mark.Absent))]
    [InlineData("09:00; 09:50", "10:00", nameof(Mark.Present))] // leaving is not looked at
    [InlineData("09:30; 08:50", "10:00", nameof(Mark.Present))] // arrived out of order
    [InlineData("09:30", "09:29", nameof(Mark.Pending))] // not yet
    // an operator's word
    [InlineData("roll P 09:10", "10:00", nameof(Mark.Present))]
    [InlineData("roll L 09:01", "10:00", nameof(Mark.Late))]
    [InlineData("roll A 09:10", "09:30", nameof(Mark.Absent))]
    [InlineData("roll A 09:10; 09:20", "09:30", nameof(Mark.Late))] // came after all
    [InlineData("08:55; roll A 09:10", "10:00", nameof(Mark.Absent))] // somebody else had the code
    [InlineData("roll E 09:00; 09:03", "10:00", nameof(Mark.Present))]
    [InlineData("roll P 09:10; roll A 09:12", "10:00", nameof(Mark.Absent))] // the last word holds
    [InlineData("roll P 09:10; roll - 09:11", "10:00", nameof(Mark.Absent))] // taken back
    [InlineData("09:20; roll P 09:21; roll - 09:22", "10:00", nameof(Mark.Late))]
    // corrections win
    [InlineData("09:00; fix A 12:00", "12:00", nameof(Mark.Absent))]
    [InlineData("fix E 08:00; 09:00", "10:00", nameof(Mark.Excused))] // excused before it began
    [InlineData("fix E 08:00; roll P 09:00", "10:00", nameof(Mark.Excused))]
    [InlineData("fix A 12:00; fix L 12:01", "13:00", nameof(Mark.Late))]
    [InlineData("09:00; fix A 12:00; fix - 12:05", "13:00", nameof(Mark.Present))]
    [InlineData("09:00; fix A 12:00", "11:00", nameof(Mark.Present))] // not yet corrected
    public void A_mark_follows_from_what_happened(string events, string now, string expected) => Assert.Equal(expected, Of(s_plain, events, now).Mark.ToString());

    [Theory]
    [InlineData("", "09:19:59", nameof(Mark.Pending))]
    [InlineData("", "09:20", nameof(Mark.Absent))]
    [InlineData("09:19:59", "10:00", nameof(Mark.Late))]
    [InlineData("09:20", "10:00", nameof(Mark.Absent))]
    [InlineData("09:20; roll L 09:21", "10:00", nameof(Mark.Late))]
    public void Who_comes_too_late_is_absent(string events, string now, string expected) => Assert.Equal(expected, Of(s_strict, events, now).Mark.ToString());

    [Theory]
    [InlineData("09:00", "10:00", nameof(Mark.Present))] // who does not check out is not said to have left
    [InlineData("09:00; 09:30", "09:31", nameof(Mark.LeftEarly))]
    [InlineData("09:00; 09:54:59", "10:00", nameof(Mark.LeftEarly))]
    [InlineData("09:00; 09:55", "10:00", nameof(Mark.Present))]
    [InlineData("09:00; 10:10", "10:20", nameof(Mark.Present))]
    [InlineData("09:00; 09:30; 09:40", "10:20", nameof(Mark.Present))] // came back
    [InlineData("09:10; 09:30", "10:20", nameof(Mark.LeftEarly))]
    [InlineData("09:10; 09:30; 09:40; 09:58", "10:20", nameof(Mark.Late))]
    [InlineData("09:00; 09:01:59", "10:00", nameof(Mark.Present))] // debounced
    [InlineData("09:00; 09:02", "10:00", nameof(Mark.LeftEarly))]
    [InlineData("roll P 09:10; 09:30", "10:00", nameof(Mark.LeftEarly))]
    [InlineData("roll P 09:10; 09:11", "10:00", nameof(Mark.Present))] // checks in while the roll is called
    [InlineData("09:00; 09:30; roll P 09:35", "10:00", nameof(Mark.Present))]
    public void Where_leaving_is_looked_at_every_other_check_in_is_a_leaving(string events, string now, string expected) =>
        Assert.Equal(expected, Of(s_out, events, now).Mark.ToString());

    [Theory]
    [InlineData("09:00", "10:00", nameof(Mark.Present), 60)]
    [InlineData("09:00; 09:20", "09:59", nameof(Mark.Present), 20)] // may come back
    [InlineData("09:00; 09:20", "10:00", nameof(Mark.Absent), 20)]
    [InlineData("09:00; 09:20; 09:50", "10:05", nameof(Mark.Present), 30)]
    [InlineData("08:45; 09:29", "10:00", nameof(Mark.Absent), 29)] // what was before the start counts no more than what is after the end
    [InlineData("09:31; 10:14", "10:15", nameof(Mark.Absent), 29)]
    [InlineData("09:10; 09:40", "10:00", nameof(Mark.Late), 30)]
    public void Who_was_there_too_briefly_is_absent(string events, string now, string expected, int minutes)
    {
        var result = Of(s_presence, events, now);

        Assert.Equal((expected, Minutes(minutes)), (result.Mark.ToString(), result.Presence));
    }

    [Fact]
    public void Events_of_one_door_count_for_each_session_by_itself()
    {
        var next = new SessionTimes(At("09:45"), At("10:00"), At("11:00"), At("11:00"));
        var event1 = Events("09:58");

        Assert.Equal(Mark.Late, Of(s_plain, "09:58", "10:30").Mark);
        Assert.Equal(Mark.Present, Marks.Of(next, s_plain, s_debounce, event1, At("10:30")).Mark);
    }

    [Fact]
    public void The_order_in_which_events_arrive_does_not_matter() => ForAny((rules, events, now) =>
    {
        var expected = Marks.Of(Session(rules), rules, s_debounce, events, now);
        var random = new Random(events.Count);
        for (var i = 0; i < 5; i++)
        {
            var shuffled = events.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected, Marks.Of(Session(rules), rules, s_debounce, [.. shuffled, .. shuffled], now)); // and twice is once
        }
    });

    [Fact]
    public void A_second_check_in_within_the_debounce_time_changes_nothing() => ForAny((rules, events, now) =>
    {
        var ordered = events.OrderBy(each => each.At).ThenBy(each => each.RecordedAt).ThenBy(each => each.Id).ToList();
        if (ordered.Find(IsCheckIn) is not { } first || first.At < Session(rules).OpensAt || ordered[0] != first)
        {
            return; // what comes after another one's debounce may be dropped itself
        }

        CheckInEvent again = New(CheckInMethod.Code, first.At + s_debounce - TimeSpan.FromTicks(1), null);
        var between = ordered.Exists(each => each != first && each.At >= first.At && each.At <= again.At && !IsCheckIn(each));
        if (!between)
        {
            Assert.Equal(Marks.Of(Session(rules), rules, s_debounce, events, now), Marks.Of(Session(rules), rules, s_debounce, [.. events, again], now));
        }
    });

    [Fact]
    public void The_last_correction_wins() => ForAny((rules, events, now) =>
    {
        var last = events.Where(each => each.Method == CheckInMethod.Correction && each.At <= now).MaxBy(each => (each.At, each.RecordedAt, each.Id));
        if (last?.States is { } stated)
        {
            Assert.Equal(stated, Marks.Of(Session(rules), rules, s_debounce, events, now).Mark);
        }
    });

    [Fact]
    public void Without_new_events_a_mark_never_becomes_pending_again_and_absent_stays() => ForAny((rules, events, now) =>
    {
        var known = events.Where(each => each.At <= now).ToList();
        var (before, after) = (Marks.Of(Session(rules), rules, s_debounce, known, now).Mark, Marks.Of(Session(rules), rules, s_debounce, known, now.AddMinutes(7)).Mark);
        Assert.True(before == Mark.Pending || after != Mark.Pending);
        Assert.True(before != Mark.Absent || after == Mark.Absent);
    });

    [Fact]
    public void Nobody_is_pending_once_the_session_is_over() => ForAny((rules, events, _) =>
        Assert.NotEqual(Mark.Pending, Marks.Of(Session(rules), rules, s_debounce, events, At("10:00")).Mark));

    private static void ForAny(Action<MarkRules, IReadOnlyList<CheckInEvent>, DateTime> holds)
    {
        var happened =
            from second in Gen.Choose(8 * 3600, 11 * 3600)
            from method in Gen.Elements(CheckInMethod.Face, CheckInMethod.Code, CheckInMethod.Qr, CheckInMethod.RollCall, CheckInMethod.Correction)
            from mark in Gen.Elements<Mark?>(null, Mark.Present, Mark.Late, Mark.Absent, Mark.Excused)
            select New(method, s_day.AddSeconds(second), method is CheckInMethod.RollCall or CheckInMethod.Correction ? mark : null);
        var cases =
            from rules in Gen.Elements(s_plain, s_strict, s_out, s_presence)
            from events in happened.ListOf()
            from second in Gen.Choose(8 * 3600, 12 * 3600)
            select (Rules: rules, Events: events, Now: s_day.AddSeconds(second));
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000), Prop.ForAll(cases.ToArbitrary(), each =>
        {
            holds(each.Rules, [.. each.Events], each.Now);
            return true;
        }));
    }

    private static bool IsCheckIn(CheckInEvent each) => each.Method is CheckInMethod.Face or CheckInMethod.Code or CheckInMethod.Qr;

    private static MarkResult Of(MarkRules rules, string events, string now) => Marks.Of(Session(rules), rules, s_debounce, Events(events), At(now));

    private static SessionTimes Session(MarkRules rules) => new(At("08:45"), At("09:00"), At("10:00"), At("10:00") + (rules.WantsCheckOut ? rules.ClosesAfter : TimeSpan.Zero));

    private static List<CheckInEvent> Events(string text) =>
    [
        .. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(each => each.Split(' ') switch
        {
            [var time] => New(CheckInMethod.Face, At(time), null),
            ["roll", var mark, var time] => New(CheckInMethod.RollCall, At(time), MarkOf(mark)),
            [_, var mark, var time] => New(CheckInMethod.Correction, At(time), MarkOf(mark)),
            _ => throw new FormatException(each),
        }),
    ];

    private static Mark? MarkOf(string letter) => letter switch
    {
        "P" => Mark.Present, "L" => Mark.Late, "A" => Mark.Absent, "E" => Mark.Excused, "O" => Mark.LeftEarly, _ => null,
    };

    private static CheckInEvent New(CheckInMethod method, DateTime at, Mark? states) =>
        new() { Id = Guid.NewGuid(), PersonId = Guid.Empty, At = at, RecordedAt = at, Method = method, States = states };

    private static DateTime At(string time) => s_day + TimeSpan.Parse(time, CultureInfo.InvariantCulture);

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}

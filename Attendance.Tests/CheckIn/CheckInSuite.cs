using System.Diagnostics.Metrics;
using Attendance.Tests.Stores;
using Attendance.Web.Audit;
using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Attendance.Tests.CheckIn;

/// <summary>Tests how check-ins are recorded, on every database that Web may have.</summary>
public abstract partial class CheckInSuite : IAsyncLifetime
{
    private AttendanceSite _site = null!;
    private Guid _ada, _bob, _group;

    private protected AttendanceSite Site => _site;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = new AttendanceSite(new Uri("http://127.0.0.1:1"), await SettingsAsync());
        _site.Web.StartServer();
        (_ada, _bob) = (await _site.PersonAsync("Ada Lovelace", "A-1"), await _site.PersonAsync("Bob", "B-1"));
        _group = await _site.GroupAsync("Engines", _ada, _bob);
    }

    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_check_in_is_recorded_with_what_a_kiosk_says_and_absent_appears_by_itself()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.FromMinutes(5));

        var recorded = Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(_ada));

        Assert.Equal(("Ada", false), (recorded.FirstName, recorded.IsRepeat));
        Assert.Equal((session, "Lesson", Mark.Present), (recorded.Sessions.Single().SessionId, recorded.Sessions.Single().Name, recorded.Sessions.Single().Result.Mark));
        Assert.Equal(Mark.Pending, await _site.MarkAsync(session, _bob));
        _site.Clock.Ahead += TimeSpan.FromMinutes(70);
        Assert.Equal((Mark.Present, Mark.Absent), (await _site.MarkAsync(session, _ada), await _site.MarkAsync(session, _bob)));
        var stored = await _site.DbAsync(db => db.CheckIns.SingleAsync(Cancel));
        Assert.Equal((CheckInMethod.Face, "kiosk-1"), (stored.Method, stored.KioskId));
        Assert.Contains("\"distance\":0.3", stored.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_in_is_counted_for_each_session_by_method_and_mark()
    {
        await _site.SessionAsync(_group, TimeSpan.FromMinutes(5));
        await _site.SessionAsync(_group, TimeSpan.FromMinutes(-10));
        using var counted = new MetricCollector<int>(
            _site.Web.Services.GetRequiredService<IMeterFactory>(), _site.Web.Services.GetRequiredService<IHostEnvironment>().ApplicationName, "attendance.checkin.recorded");

        await _site.CheckInAsync(_ada);

        Assert.Equal(["face late", "face present"], counted.GetMeasurementSnapshot().Select(one => $"{one.Tags[CheckInAttributes.Method]} {one.Tags[CheckInAttributes.Mark]}").Order());
    }

    [Fact]
    public async Task A_request_that_is_sent_again_records_nothing_twice()
    {
        await _site.SessionAsync(_group, TimeSpan.Zero);
        var id = Guid.NewGuid();
        await _site.CheckInAsync(_ada, id: id);
        _site.Clock.Ahead += TimeSpan.FromMinutes(10); // after the debounce time

        Assert.True(Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(_ada, id: id)).IsRepeat);
        Assert.IsType<CheckInOutcome.IdTaken>(await _site.CheckInAsync(_bob, id: id));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task A_doubt_marks_nobody_until_one_operator_says_who_it_was()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero, place: "Door");
        var doubt = new FaceDoubt { At = _site.Clock.UtcNow, Until = _site.Clock.UtcNow.AddHours(1), KioskId = "kiosk-1", Place = "door", PersonId = _ada, OtherId = _bob };
        await _site.WithAsync<Doubts, bool>(async doubts =>
        {
            await doubts.AddAsync(doubt, Cancel);
            await doubts.AddAsync(new FaceDoubt { At = doubt.At, Until = doubt.Until, KioskId = "kiosk-1", Place = "door", PersonId = _bob, OtherId = _ada }, Cancel); // the same two
            return true;
        });
        Assert.Equal((doubt.Id, "Ada Lovelace", "Bob"), (await OpenAsync()).Select(row => (row.Id, row.PersonName, row.OtherName)).Single());
        Assert.Equal((Mark.Pending, Mark.Pending), (await _site.MarkAsync(session, _ada), await _site.MarkAsync(session, _bob)));
        Assert.IsType<DoubtOutcome.NoDoubt>(await SettleAsync(Guid.NewGuid())); // neither of the two

        var settled = (await Task.WhenAll(SettleAsync(_ada), SettleAsync(_bob), SettleAsync(null))).Select(outcome => outcome is DoubtOutcome.Settled).ToArray();

        Assert.Single(settled, isMine => isMine);
        Assert.Empty(await OpenAsync());
        var (ada, bob) = (await _site.MarkAsync(session, _ada), await _site.MarkAsync(session, _bob));
        Assert.Equal((settled[0] ? Mark.Present : Mark.Pending, settled[1] ? Mark.Present : Mark.Pending), (ada, bob));
        Assert.Equal(1, await _site.DbAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "doubt.settled", Cancel)));

        Task<DoubtOutcome> SettleAsync(Guid? person) => _site.WithAsync<Doubts, DoubtOutcome>(doubts => doubts.SettleAsync(doubt.Id, person, AttendanceSite.Account, Cancel));
        Task<IReadOnlyList<DoubtRow>> OpenAsync() => _site.WithAsync<Doubts, IReadOnlyList<DoubtRow>>(doubts => doubts.OpenAsync(Cancel));
    }

    [Fact]
    public async Task Two_check_ins_within_the_debounce_time_are_one()
    {
        await _site.SessionAsync(_group, TimeSpan.Zero);
        await _site.CheckInAsync(_ada);
        _site.Clock.Ahead += TimeSpan.FromSeconds(110);
        Assert.True(Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(_ada)).IsRepeat);
        Assert.Equal(1, await CountAsync());
        _site.Clock.Ahead += TimeSpan.FromSeconds(20);
        Assert.False(Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(_ada)).IsRepeat);
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Two_kiosks_that_send_the_same_person_at_once_record_one_event()
    {
        await _site.SessionAsync(_group, TimeSpan.Zero);
        var id = Guid.NewGuid();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => _site.CheckInAsync(i % 2 == 0 ? _ada : _bob, id: i < 4 && i % 2 == 0 ? id : null))));

        Assert.Equal(2, outcomes.Count(outcome => outcome is CheckInOutcome.Recorded { IsRepeat: false }));
        Assert.All(outcomes, outcome => Assert.IsType<CheckInOutcome.Recorded>(outcome));
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task A_door_serves_several_sessions_and_one_that_opens_meanwhile_gets_its_own_event()
    {
        var first = await _site.SessionAsync(_group, TimeSpan.FromMinutes(-50), "Main door");
        var second = await _site.SessionAsync(_group, TimeSpan.FromMinutes(16), "main  DOOR");
        var elsewhere = await _site.SessionAsync(_group, TimeSpan.Zero, "Back door");

        Assert.Equal([first], Sessions(await _site.CheckInAsync(_ada, "Main door")));
        _site.Clock.Ahead += TimeSpan.FromMinutes(1.5);
        Assert.Equal([first, second], Sessions(await _site.CheckInAsync(_ada, "Main door")));
        Assert.Equal((Mark.Late, Mark.Present, Mark.Pending), (await _site.MarkAsync(first, _ada), await _site.MarkAsync(second, _ada), await _site.MarkAsync(elsewhere, _ada)));
        Assert.Equal([first, elsewhere, second], Sessions(await _site.CheckInAsync(_bob))); // anywhere
    }

    [Fact]
    public async Task Nobody_checks_in_where_they_are_not_expected_and_nothing_is_left_of_it()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero, "Main door");
        var stranger = await _site.PersonAsync("Carl", "C-1");

        Assert.IsType<CheckInOutcome.NoSession>(await _site.CheckInAsync(stranger));
        Assert.IsType<CheckInOutcome.NoSession>(await _site.CheckInAsync(_ada, "Back door"));
        Assert.IsType<CheckInOutcome.UnknownPerson>(await _site.CheckInAsync(Guid.NewGuid()));
        Assert.IsType<CheckInOutcome.WrongTime>(await _site.CheckInAsync(_ada, at: _site.Clock.UtcNow.AddMinutes(2)));
        Assert.IsType<CheckInOutcome.WrongTime>(await _site.CheckInAsync(_ada, at: _site.Clock.UtcNow.AddDays(-2)));
        await _site.WithAsync<AttendanceSessionStore, SessionOutcome>(sessions => sessions.CancelAsync(session, true, "Ill", AttendanceSite.Account, Cancel));
        Assert.IsType<CheckInOutcome.NoSession>(await _site.CheckInAsync(_ada));
        Assert.Equal(0, await CountAsync());
        Assert.All(await _site.DbAsync(db => db.People.Select(person => person.LastSeenAt).ToListAsync(Cancel)), seen => Assert.Null(seen));
    }

    [Fact]
    public async Task A_kiosk_that_was_without_network_sends_late_and_the_mark_is_as_if_it_had_not()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero);
        var then = _site.Clock.UtcNow.AddMinutes(3);
        _site.Clock.Ahead += TimeSpan.FromHours(2);
        Assert.Equal(Mark.Absent, await _site.MarkAsync(session, _ada));

        Assert.IsType<CheckInOutcome.Recorded>(await _site.CheckInAsync(_ada, at: then));

        Assert.Equal(Mark.Present, await _site.MarkAsync(session, _ada));
    }

    [Fact]
    public async Task A_correction_needs_no_open_session_is_audited_and_can_be_taken_back()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero);
        await _site.CheckInAsync(_ada);
        _site.Clock.Ahead += TimeSpan.FromHours(3);
        Assert.Equal(StatementOutcome.NotNow, (await StateAsync(session, _bob, CheckInMethod.RollCall, Mark.Present)).Outcome);

        Assert.Equal(Mark.Excused, (await StateAsync(session, _bob, CheckInMethod.Correction, Mark.Excused, "Was at the dentist")).Result!.Mark);
        Assert.Equal(Mark.Excused, await _site.MarkAsync(session, _bob));
        var entry = Assert.Single(await _site.WithAsync<AuditLog, IReadOnlyList<AuditRow>>(audit => audit.ListAsync(session, _bob, Cancel)));
        Assert.Equal(("mark.corrected", "Was at the dentist", "Absent to Excused"), (entry.Action, entry.Reason, entry.Detail));
        Assert.Equal(Mark.Absent, (await StateAsync(session, _bob, CheckInMethod.Correction, null, "Wrong person")).Result!.Mark);
        Assert.Equal(StatementOutcome.NotExpected, (await StateAsync(session, await _site.PersonAsync("Carl", "C-1"), CheckInMethod.Correction, Mark.Present, "Why not")).Outcome);
    }

    [Fact]
    public async Task A_closed_period_takes_nothing_more()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero);
        var day = await _site.DbAsync(db => db.Sessions.Select(each => each.Day).SingleAsync(Cancel));
        await _site.WithAsync<Periods, bool>(async periods =>
        {
            await periods.CloseAsync(day, day, "Reported", AttendanceSite.Account, Cancel);
            return true;
        });

        Assert.IsType<CheckInOutcome.PeriodClosed>(await _site.CheckInAsync(_ada));
        Assert.Equal(StatementOutcome.PeriodClosed, (await StateAsync(session, _ada, CheckInMethod.Correction, Mark.Present, "Was there")).Outcome);
        Assert.Equal(SessionOutcome.PeriodClosed, await _site.WithAsync<AttendanceSessionStore, SessionOutcome>(
            sessions => sessions.CancelAsync(session, true, "Ill", AttendanceSite.Account, Cancel)));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Recorded_check_ins_cannot_be_changed_even_by_SQL()
    {
        await _site.SessionAsync(_group, TimeSpan.Zero);
        await _site.CheckInAsync(_ada);
        foreach (var change in (string[])["UPDATE check_ins SET \"Place\" = 'x'", "UPDATE check_in_sessions SET \"EventId\" = \"EventId\"", "UPDATE audit_entries SET \"Reason\" = 'x'"])
        {
            var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => _site.DbAsync(db => db.Database.ExecuteSqlRawAsync(change, Cancel)));
            Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_is_deleted_leaves_no_event_membership_code_or_audit_entry()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero);
        await _site.CheckInAsync(_ada);
        await _site.CheckInAsync(_bob);
        await StateAsync(session, _ada, CheckInMethod.Correction, Mark.Late, "Was late");
        await _site.WithAsync<CodeStore, string?>(codes => codes.IssueCodeAsync(_ada, AttendanceSite.Account, Cancel));

        await _site.WithAsync<PeopleStore, bool>(async people =>
        {
            await people.DeleteAsync(_ada, AttendanceSite.Account, Cancel);
            return true;
        });

        Assert.Equal((1, 1), await _site.DbAsync(async db => (await db.CheckIns.CountAsync(Cancel), await db.CheckInSessions.CountAsync(Cancel))));
        Assert.Equal((1, 0), await _site.DbAsync(async db => (await db.Memberships.CountAsync(Cancel), await db.PersonCodes.CountAsync(Cancel))));
        Assert.Equal(0, await _site.DbAsync(db => db.AuditEntries.CountAsync(entry => entry.PersonId == _ada, Cancel)));
        Assert.Single((await _site.WithAsync<AttendanceSheets, Sheet?>(sheets => sheets.ReadAsync(session, Cancel)))!.Rows);
    }

    [Fact]
    public async Task Who_leaves_a_group_stays_in_its_past_sessions_and_who_joins_is_not_absent_from_them()
    {
        var past = await _site.SessionAsync(_group, TimeSpan.FromMinutes(5));
        _site.Clock.Ahead += TimeSpan.FromHours(2);
        var carl = await _site.PersonAsync("Carl", "C-1");
        await _site.WithAsync<GroupStore, bool>(async groups =>
        {
            await groups.RemoveMemberAsync(_group, _bob, AttendanceSite.Account, Cancel);
            return await groups.AddMemberAsync(_group, carl, AttendanceSite.Account, Cancel);
        });
        var next = await _site.SessionAsync(_group, TimeSpan.FromMinutes(5));

        Assert.Equal((Mark.Absent, null), (await _site.MarkAsync(past, _bob), await _site.MarkAsync(past, carl)));
        Assert.Equal((null, Mark.Pending), (await _site.MarkAsync(next, _bob), await _site.MarkAsync(next, carl)));
        var history = await _site.WithAsync<AttendanceSheets, IReadOnlyList<HistoryRow>>(sheets => sheets.HistoryAsync(_bob, 10, Cancel));
        Assert.Equal([past], history.Select(row => row.Session.Id));
    }

    [Fact]
    public async Task A_personal_code_locks_after_wrong_ones_and_a_new_one_opens_it()
    {
        await _site.SessionAsync(_group, TimeSpan.Zero);
        var code = (await IssueAsync(_ada))!;
        Assert.Matches(@"^\d{6}$", code);
        var wrong = code == "000000" ? "000001" : "000000";
        for (var i = 0; i < 5; i++)
        {
            Assert.IsType<CodeOutcome.Wrong>(await TryAsync("a-1", wrong));
        }

        var locked = Assert.IsType<CodeOutcome.Locked>(await TryAsync("A-1", code));
        Assert.False(locked.IsPlace);
        Assert.InRange(locked.Until - _site.Clock.UtcNow, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        code = (await IssueAsync(_ada))!;
        var right = Assert.IsType<CodeOutcome.Right>(await TryAsync("A-1", code));
        Assert.IsType<CheckInOutcome.Recorded>(await _site.WithAsync<CheckInService, CheckInOutcome>(
            service => service.RecordAsync(new(Guid.NewGuid(), right.Evidence, null), Cancel)));
        _ = await IssueAsync(_bob);
        for (var i = 0; i < 20; i++)
        {
            await TryAsync("nobody", wrong);
        }

        Assert.True(Assert.IsType<CodeOutcome.Locked>(await TryAsync("A-1", code)).IsPlace);
        Assert.IsType<CodeOutcome.Right>(await TryAsync("A-1", code, "Another door"));
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        Assert.IsType<CodeOutcome.Right>(await TryAsync("A-1", code));
    }

    [Fact]
    public async Task Wrong_codes_at_the_same_time_all_count()
    {
        var code = (await IssueAsync(_ada))!;
        var wrong = code == "000000" ? "000001" : "000000";

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => TryAsync("A-1", wrong))));

        Assert.Equal(5, outcomes.Count(outcome => outcome is CodeOutcome.Wrong));
        Assert.Equal(7, outcomes.Count(outcome => outcome is CodeOutcome.Locked));
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private static IEnumerable<Guid> Sessions(CheckInOutcome outcome) => Assert.IsType<CheckInOutcome.Recorded>(outcome).Sessions.Select(each => each.SessionId);

    private Task<string?> IssueAsync(Guid person) => _site.WithAsync<CodeStore, string?>(codes => codes.IssueCodeAsync(person, AttendanceSite.Account, Cancel));

    private Task<CodeOutcome> TryAsync(string number, string code, string place = "Main door") =>
        _site.WithAsync<CodeAttempts, CodeOutcome>(attempts => attempts.TryAsync(number, code, place, Cancel));

    private Task<(StatementOutcome Outcome, MarkResult? Result)> StateAsync(Guid session, Guid person, CheckInMethod method, Mark? mark, string? reason = null) =>
        _site.WithAsync<Statements, (StatementOutcome, MarkResult?)>(
            statements => statements.RecordAsync(new(Guid.NewGuid(), session, person, method, mark, reason, AttendanceSite.Account), Cancel));

    private Task<int> CountAsync() => _site.DbAsync(db => db.CheckIns.CountAsync(Cancel));
}

public sealed class CheckInOnSqliteTests : CheckInSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class CheckInOnPostgresTests(PostgresServer postgres) : CheckInSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}

using Attendance.Tests.CheckIn;
using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Schedules;

/// <summary>Tests how sessions are made from schedules and change, on every database that Web may have.</summary>
public abstract class ScheduleSuite : IAsyncLifetime
{
    private AttendanceSite _site = null!;
    private Guid _group;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = new AttendanceSite(new Uri("http://127.0.0.1:1"), await SettingsAsync());
        _site.Web.StartServer();
        _group = await _site.GroupAsync("Engines");
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
    public async Task Sessions_are_made_at_once_and_making_them_again_adds_none_even_at_the_same_time()
    {
        var schedule = await AddAsync();
        var first = await SessionsAsync(schedule);
        Assert.InRange(first.Count, 28, 29);
        Assert.All(first, session => Assert.Equal(_group, session.Groups.Single().GroupId));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(MakeAsync)));

        Assert.Equal(first.Select(session => (session.Id, session.Stamp)), (await SessionsAsync(schedule)).Select(session => (session.Id, session.Stamp)));
        _site.Clock.Ahead += TimeSpan.FromDays(1);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(MakeAsync)));
        Assert.Equal(first.Count + 1, (await SessionsAsync(schedule)).Count);
    }

    [Fact]
    public async Task A_changed_schedule_changes_what_has_not_opened_but_not_what_was_moved_or_cancelled()
    {
        var schedule = await AddAsync();
        var before = await SessionsAsync(schedule);
        var (cancelled, moved) = (before[3], before[4]);
        await _site.WithAsync<AttendanceSessionStore, SessionOutcome>(sessions => sessions.CancelAsync(cancelled.Id, true, "Ill", AttendanceSite.Account, Cancel));
        Assert.Equal(SessionOutcome.Saved, await _site.WithAsync<AttendanceSessionStore, SessionOutcome>(sessions => sessions.MoveAsync(
            moved.Id, moved.Day.AddDays(40), new TimeOnly(18, 0), TimeSpan.FromHours(2), "Room is taken", AttendanceSite.Account, Cancel)));
        var other = await _site.GroupAsync("Others");

        await ChangeAsync(schedule, each => (each.Duration, each.Name) = (TimeSpan.FromMinutes(45), "Short"), other);

        var after = (await SessionsAsync(schedule)).ToDictionary(session => session.Id);
        Assert.Equal(before.Count, after.Count);
        Assert.Equal((SessionState.Cancelled, cancelled.EndsAt), (after[cancelled.Id].State, after[cancelled.Id].EndsAt));
        Assert.Equal((true, moved.Day.AddDays(40)), (after[moved.Id].IsMoved, after[moved.Id].Day));
        var next = after[before[10].Id];
        Assert.Equal((TimeSpan.FromMinutes(45), "Short", other), (next.EndsAt - next.StartsAt, next.Name, next.Groups.Single().GroupId));
        Assert.Equal(3, await _site.DbAsync(db => db.AuditEntries.CountAsync(entry => entry.Action.StartsWith("session.") || entry.Action == "schedule.changed", Cancel)));
    }

    [Fact]
    public async Task A_change_by_somebody_else_in_the_meantime_is_not_overwritten()
    {
        var schedule = await AddAsync();
        await ChangeAsync(schedule, each => each.Name = "First", _group);

        Assert.Equal(ScheduleOutcome.Changed, await _site.WithAsync<ScheduleStore, ScheduleOutcome>(async schedules =>
        {
            var stale = (await schedules.FindAsync(schedule, Cancel))!;
            stale.Name = "Second";
            return await schedules.ChangeAsync(stale, Guid.NewGuid(), [_group], AttendanceSite.Account, Cancel);
        }));
        Assert.Equal("First", (await SessionsAsync(schedule))[^1].Name);
    }

    [Fact]
    public async Task Holidays_take_sessions_away_give_them_back_and_can_be_imported_twice()
    {
        var schedule = await AddAsync();
        var before = await SessionsAsync(schedule);
        var day = before[7].Day;
        HolidayEntry[] file = [new("Day off", day, day.AddDays(1), "uid-1")];

        Assert.Equal(1, await _site.WithAsync<HolidayStore, int>(holidays => holidays.ImportAsync(file, AttendanceSite.Account, Cancel)));
        Assert.Equal(0, await _site.WithAsync<HolidayStore, int>(holidays => holidays.ImportAsync(file, AttendanceSite.Account, Cancel)));
        Assert.Equal(before.Count - 2, (await SessionsAsync(schedule)).Count);
        await _site.WithAsync<HolidayStore, bool>(async holidays =>
        {
            await holidays.DeleteAsync((await holidays.ListAsync(Cancel)).Single().Id, AttendanceSite.Account, Cancel);
            return true;
        });
        Assert.Equal(before.Select(session => session.Day), (await SessionsAsync(schedule)).Select(session => session.Day));
    }

    [Fact]
    public async Task A_session_for_which_something_is_recorded_is_cancelled_and_not_deleted()
    {
        var person = await _site.PersonAsync("Ada", "A-1");
        await _site.WithAsync<GroupStore, bool>(groups => groups.AddMemberAsync(_group, person, AttendanceSite.Account, Cancel));
        var schedule = await AddAsync();
        var session = (await SessionsAsync(schedule))[5];
        await _site.WithAsync<Attendance.Web.CheckIn.Statements, bool>(async statements => (await statements.RecordAsync(
            new(Guid.NewGuid(), session.Id, person, CheckInMethod.Correction, Mark.Excused, "On holiday", AttendanceSite.Account), Cancel)).Result is not null);

        await _site.WithAsync<ScheduleStore, bool>(async schedules =>
        {
            await schedules.EndAsync(schedule, AttendanceSite.Account, Cancel);
            return true;
        });

        var left = (await SessionsAsync(schedule)).Where(each => each.OpensAt > _site.Clock.UtcNow).ToList();
        Assert.Equal((session.Id, SessionState.Cancelled), (Assert.Single(left).Id, left[0].State));
    }

    [Fact]
    public async Task A_group_that_is_used_cannot_be_deleted_and_names_are_unique_however_they_are_written()
    {
        await AddAsync();

        Assert.Equal(GroupOutcome.InUse, await _site.WithAsync<GroupStore, GroupOutcome>(groups => groups.DeleteAsync(_group, AttendanceSite.Account, Cancel)));
        Assert.Equal(GroupOutcome.NameTaken, (await _site.WithAsync<GroupStore, (GroupOutcome Outcome, Group?)>(groups => groups.AddAsync("ENGINES", AttendanceSite.Account, Cancel))).Outcome);
        var free = await _site.GroupAsync("Free");
        Assert.Equal(GroupOutcome.Saved, await _site.WithAsync<GroupStore, GroupOutcome>(groups => groups.DeleteAsync(free, AttendanceSite.Account, Cancel)));
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private Task<bool> MakeAsync() => _site.WithAsync<SessionUpkeep, bool>(async upkeep =>
    {
        await upkeep.MakeAllAsync(Cancel);
        return true;
    });

    /// <summary>Adds a schedule for every day, at noon in a zone that is not the server's.</summary>
    private async Task<Guid> AddAsync()
    {
        var schedule = new Schedule
        {
            Name = "Class", Recurrence = Recurrence.Weekly(Recurrence.Week, 1, null), FirstDay = DateOnly.FromDateTime(_site.Clock.UtcNow).AddDays(-7), StartsAt = new TimeOnly(12, 0),
            Duration = TimeSpan.FromHours(1), Zone = "America/New_York", Rules = new CheckInOptions().Rules(), SkipsHolidays = true, CreatedAt = _site.Clock.UtcNow,
        };
        Assert.Equal(ScheduleOutcome.Saved, await _site.WithAsync<ScheduleStore, ScheduleOutcome>(schedules => schedules.AddAsync(schedule, [_group], AttendanceSite.Account, Cancel)));
        return schedule.Id;
    }

    private async Task ChangeAsync(Guid id, Action<Schedule> change, Guid group) => Assert.Equal(
        ScheduleOutcome.Saved,
        await _site.WithAsync<ScheduleStore, ScheduleOutcome>(async schedules =>
        {
            var schedule = (await schedules.FindAsync(id, Cancel))!;
            change(schedule);
            return await schedules.ChangeAsync(schedule, schedule.Stamp, [group], AttendanceSite.Account, Cancel);
        }));

    private Task<List<Session>> SessionsAsync(Guid schedule) => _site.DbAsync(
        db => db.Sessions.AsNoTracking().Include(session => session.Groups).Where(session => session.ScheduleId == schedule).OrderBy(session => session.OriginalDay).ToListAsync(Cancel));
}

public sealed class SchedulesOnSqliteTests : ScheduleSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class SchedulesOnPostgresTests(PostgresServer postgres) : ScheduleSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}

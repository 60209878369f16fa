using Attendance.Tests.Stores;
using Attendance.Web.Data;
using Attendance.Web.Reports;
using Xunit;

namespace Attendance.Tests.Reports;

/// <summary>Tests counts and percentages against a table of marks that was made by hand, on every database that Web may have.</summary>
public abstract class ReportSuite : IAsyncLifetime
{
    private static readonly MarkRules s_night = new() { OpensBefore = TimeSpan.FromMinutes(15), LateAfter = TimeSpan.FromMinutes(5), LeftEarlyBefore = TimeSpan.Zero, ClosesAfter = TimeSpan.FromMinutes(15) };

    private ReportSite _site = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = new ReportSite(await SettingsAsync());
        _site.Site.Web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Percentages_are_as_the_table_says()
    {
        var (ada, bob, carl, dora, emil) = (await PersonAsync("Ada"), await PersonAsync("Bob"), await PersonAsync("Carl"), await PersonAsync("Dora"), await PersonAsync("Emil"));
        var group = await _site.GroupAsync("Class 7a", ada, bob, carl, dora, emil);
        var changed = _site.ClocksSetBack(); // the night before it has nine hours from 22:00 to 06:00
        var eve = changed.AddDays(-1);
        var night = await _site.SessionAsync(group, "Night", eve, new(22, 0), TimeSpan.FromHours(8), s_night);
        var morning = await _site.SessionAsync(group, "Morning", changed.AddDays(1), new(9, 0), TimeSpan.FromHours(1));
        var cancelled = await _site.SessionAsync(group, "Cancelled", changed.AddDays(1), new(11, 0), TimeSpan.FromHours(1), isCancelled: true);
        var today = ReportRange.Today(ReportSite.Zone, _site.Site.Clock);
        var open = await _site.SessionAtAsync(group, "Open", today, _site.Now.AddMinutes(-2), TimeSpan.FromHours(1));
        await _site.SessionAtAsync(group, "Planned", today, _site.Now.AddHours(3), TimeSpan.FromHours(1));
        var (tooLate, end) = (TimeSpan.FromMinutes(20), TimeSpan.FromHours(8));
        await _site.ComesAsync(night, ada, TimeSpan.FromMinutes(-5), end); // present
        await _site.ComesAsync(morning, ada, tooLate); // late
        await _site.ComesAsync(night, bob, TimeSpan.Zero, end - TimeSpan.FromHours(1)); // left early
        await _site.ComesAsync(open, bob, TimeSpan.Zero); // present
        await _site.ComesAsync(cancelled, bob, TimeSpan.Zero); // counts nowhere
        await _site.StateAsync(night, carl, CheckInMethod.Correction, Mark.Excused);
        await _site.StateAsync(night, dora, CheckInMethod.RollCall, Mark.Excused);
        await _site.StateAsync(morning, dora, CheckInMethod.Correction, Mark.Excused);
        await _site.StateAsync(night, emil, CheckInMethod.Correction, Mark.Present);
        await _site.ComesAsync(morning, emil, TimeSpan.Zero);
        await _site.StateAsync(morning, emil, CheckInMethod.Correction, Mark.Absent);
        await _site.StateAsync(morning, emil, CheckInMethod.Correction, null); // taken back: present again
        var range = new ReportRange(eve, today);

        var people = await ReadAsync(reports => reports.PeopleAsync(new(range, GroupId: group), ReportOrder.Name, Cancel));
        Assert.Equal(
            [
                ("Ada", new MarkCounts(Present: 1, Late: 1, Pending: 1), "100.0 %"), ("Bob", new(Present: 1, LeftEarly: 1, Absent: 1), "66.7 %"),
                ("Carl", new(Absent: 1, Excused: 1, Pending: 1), "0.0 %"), ("Dora", new(Excused: 2, Pending: 1), "–"), ("Emil", new(Present: 2, Pending: 1), "100.0 %"),
            ],
            people.Select(person => (person.FullName, person.Counts, ReportWords.Percent(person.Counts.Share))));
        var lowest = await ReadAsync(reports => reports.PeopleAsync(new(range, GroupId: group), ReportOrder.Percentage, Cancel));
        Assert.Equal(["Carl", "Bob", "Ada", "Emil", "Dora"], lowest.Select(person => person.FullName));

        var sessions = await ReadAsync(reports => reports.SessionsAsync(new(range), ReportOrder.Usual, 1, Cancel));
        Assert.Equal(
            [
                ("Night", new MarkCounts(Present: 2, LeftEarly: 1, Excused: 2), "100.0 %"), ("Morning", new(Present: 1, Late: 1, Absent: 2, Excused: 1), "50.0 %"),
                ("Open", new(Present: 1, Pending: 4), "100.0 %"),
            ],
            sessions.Rows.Select(row => (row.Session.Name, row.Counts, ReportWords.Percent(row.Counts.Share))));
        Assert.Equal(["Morning", "Night", "Open"], (await ReadAsync(reports => reports.SessionsAsync(new(range), ReportOrder.Percentage, 1, Cancel))).Rows.Select(row => row.Session.Name));
        Assert.Equal(["Night"], (await ReadAsync(reports => reports.SessionsAsync(new(new(eve, eve), group), ReportOrder.Name, 9, Cancel))).Rows.Select(row => row.Session.Name)); // by the day on which it starts
        Assert.Equal(0, (await ReadAsync(reports => reports.SessionsAsync(new(new(changed, changed)), ReportOrder.Usual, 1, Cancel))).Total);
        Assert.Equal(15, await ReadAsync(reports => reports.CountMarksAsync(new(range), Cancel)));

        var own = await ReadAsync(reports => reports.PersonAsync(new(range, PersonId: ada), Cancel));
        Assert.Equal([("Night", Mark.Present, 480), ("Morning", Mark.Late, null), ("Open", Mark.Pending, null)],
            own.Select(row => (row.Session.Name, row.Result.Mark, ReportWords.Minutes(row.Session, row.Result))));
    }

    [Fact]
    public async Task Who_was_recorded_where_they_are_not_expected_is_in_the_session_and_in_their_own_report()
    {
        var (ada, guest) = (await PersonAsync("Ada"), await PersonAsync("Guest"));
        var group = await _site.GroupAsync("Class", ada);
        var day = DateOnly.FromDateTime(_site.Now).AddDays(-2);
        var session = await _site.SessionAsync(group, "Lesson", day, new(9, 0), TimeSpan.FromHours(1));
        await _site.ComesAsync(session, guest, TimeSpan.Zero);
        var range = new ReportRange(day, day);

        Assert.Equal(new MarkCounts(Present: 1, Absent: 1), (await ReadAsync(reports => reports.SessionsAsync(new(range), ReportOrder.Usual, 1, Cancel))).Rows.Single().Counts);
        Assert.Equal(Mark.Present, (await ReadAsync(reports => reports.PersonAsync(new(range, PersonId: guest), Cancel))).Single().Result.Mark);
        Assert.Equal(["Ada"], (await ReadAsync(reports => reports.PeopleAsync(new(range, GroupId: group), ReportOrder.Name, Cancel))).Select(person => person.FullName));
    }

    [Fact]
    public async Task More_sessions_than_are_read_at_a_time_are_all_counted_and_paged()
    {
        var ada = await PersonAsync("Ada");
        var group = await _site.GroupAsync("Class", ada);
        var first = DateOnly.FromDateTime(_site.Now).AddDays(-50);
        for (var i = 0; i < 150; i++)
        {
            await _site.SessionAsync(group, $"Lesson {i:000}", first.AddDays(i / 4), new TimeOnly(8, 0).AddMinutes(60 * (i % 4)), TimeSpan.FromMinutes(50));
        }

        var range = new ReportRange(first, first.AddDays(40));
        Assert.Equal(150, (await ReadAsync(reports => reports.PeopleAsync(new(range, GroupId: group), ReportOrder.Name, Cancel))).Single().Counts.Absent);
        var second = await ReadAsync(reports => reports.SessionsAsync(new(range), ReportOrder.Usual, 2, Cancel));
        Assert.Equal((2, 2, 150, 50, "Lesson 149"), (second.Page, second.Pages, second.Total, second.Rows.Count, second.Rows[^1].Session.Name));
        var byShare = await ReadAsync(reports => reports.SessionsAsync(new(range), ReportOrder.Percentage, 1, Cancel));
        Assert.Equal((100, "Lesson 000", "Lesson 099"), (byShare.Rows.Count, byShare.Rows[0].Session.Name, byShare.Rows[^1].Session.Name));
    }

    private protected abstract Task<(string Key, string? Value)[]> SettingsAsync();

    private Task<Guid> PersonAsync(string name) => _site.Site.PersonAsync(name, $"N-{name}");

    private Task<T> ReadAsync<T>(Func<AttendanceReports, Task<T>> read) => _site.Site.WithAsync(read);
}

public sealed class ReportsOnSqliteTests : ReportSuite
{
    private protected override Task<(string Key, string? Value)[]> SettingsAsync() => Task.FromResult<(string, string?)[]>([]);
}

public sealed class ReportsOnPostgresTests(PostgresServer postgres) : ReportSuite, IClassFixture<PostgresServer>
{
    private protected override async Task<(string Key, string? Value)[]> SettingsAsync() =>
        [("ConnectionStrings:attendance-db", await postgres.CreateMigratedDatabaseAsync(TestContext.Current.CancellationToken))];
}

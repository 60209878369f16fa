using Attendance.Tests.Accounts;
using Attendance.Tests.Hosts;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.CheckIn;

/// <summary>A Web with a clock that a test moves, and helpers that add people, groups and sessions.</summary>
internal sealed class AttendanceSite : IAsyncDisposable
{
    public const string Account = "test-account";

    public AttendanceSite(Uri cameraApi, params (string Key, string? Value)[] settings) => Web = new WebServer(cameraApi, settings)
    {
        Adjust = services =>
        {
            AccountSite.Adjust(services);
            services.AddSingleton<TimeProvider>(Clock);
            services.ConfigureDbContext<SqliteAttendanceDb>(db => db.AddInterceptors(Statements));
            services.ConfigureDbContext<PostgresAttendanceDb>(db => db.AddInterceptors(Statements));
        },
    };

    public MovedClock Clock { get; } = new();

    public SqlStatements Statements { get; } = new();

    public WebServer Web { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<T> WithAsync<TService, T>(Func<TService, Task<T>> use) where TService : notnull
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> use) => WithAsync(use);

    /// <summary>Adds a person without consent, because attendance needs none.</summary>
    public Task<Guid> PersonAsync(string name, string number) => DbAsync(async db =>
    {
        var person = new Person { CreatedAt = Clock.UtcNow };
        person.Describe(name, number, null, Clock.UtcNow);
        db.People.Add(person);
        await db.SaveChangesAsync(Cancel);
        return person.Id;
    });

    public Task<Guid> GroupAsync(string name, params Guid[] members) => WithAsync<GroupStore, Guid>(async groups =>
    {
        var (outcome, group) = await groups.AddAsync(name, Account, Cancel);
        Assert.Equal(GroupOutcome.Saved, outcome);
        foreach (var member in members)
        {
            Assert.True(await groups.AddMemberAsync(group!.Id, member, Account, Cancel));
        }

        return group!.Id;
    });

    /// <summary>Adds a session of an hour.</summary>
    /// <param name="startsIn">When it starts, from now.</param>
    public Task<Guid> SessionAsync(Guid group, TimeSpan startsIn, string? place = null, MarkRules? rules = null) => DbAsync(async db =>
    {
        var start = Clock.UtcNow + startsIn;
        var session = new Session
        {
            OriginalDay = DateOnly.FromDateTime(start), OriginalStart = start, Name = "Lesson", Zone = "UTC", Place = place, PlaceKey = Places.Key(place),
            Rules = rules ?? new CheckInOptions().Rules(),
        };
        session.SetTimes(start, start.AddHours(1), DateOnly.FromDateTime(start));
        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group });
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return session.Id;
    });

    public Task<CheckInOutcome> CheckInAsync(Guid person, string? place = null, Guid? id = null, DateTime? at = null) => WithAsync<CheckInService, CheckInOutcome>(
        service => service.RecordAsync(new(id ?? Guid.NewGuid(), Evidence(person), place, "kiosk-1", At: at), Cancel));

    public async Task<Mark?> MarkAsync(Guid session, Guid person) =>
        (await WithAsync<AttendanceSheets, Sheet?>(sheets => sheets.ReadAsync(session, Cancel)))!.Rows.SingleOrDefault(row => row.PersonId == person)?.Result.Mark;

    public static AcceptedEvidence Evidence(Guid person) => AcceptedEvidence.Of(person, 0.3, 0.7, 3, "model-1", new(0.5, 0.08, 3))!;

    public ValueTask DisposeAsync() => Web.DisposeAsync();
}

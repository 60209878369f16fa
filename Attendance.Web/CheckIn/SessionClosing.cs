using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>Deals once with each session that has closed: tells webhooks of it, and of the marks that its closing changes.</summary>
internal sealed partial class SessionClosing(
    IServiceScopeFactory scopes, IOptions<DispatchOptions> options, TimeProvider clock, ILogger<SessionClosing> logger) : BackgroundService
{
    private const int AtOnce = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(LookAsync, options.Value.LookEvery, clock, failure => LogNotClosed(failure.GetType().Name), stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var closed = await Closed(db, now).OrderBy(session => session.ClosesAt).ThenBy(session => session.Id).Take(AtOnce)
            .Select(session => session.Id).ToListAsync(cancellationToken);
        if (closed.Count == 0)
        {
            return;
        }

        var outbox = scope.ServiceProvider.GetRequiredService<WebhookOutbox>();
        await outbox.OpenAsync(cancellationToken);
        if (!outbox.IsWanted(WebhookEvents.MarkChanged) && !outbox.IsWanted(WebhookEvents.SessionClosed))
        {
            await MarkToldAsync(Closed(db, now), now, cancellationToken); // nobody wants to know, also of the many that closed before there were webhooks
            return;
        }

        foreach (var id in closed)
        {
            await CloseAsync(id, now, cancellationToken);
        }

        outbox.Committed();
    }

    private async Task CloseAsync(Guid id, DateTime now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await MarkToldAsync(Closed(db, now).Where(session => session.Id == id), now, cancellationToken) == 0)
        {
            return; // another process was faster
        }

        await LockPeopleAsync(db, id, cancellationToken);
        var outbox = scope.ServiceProvider.GetRequiredService<WebhookOutbox>();
        if (await scope.ServiceProvider.GetRequiredService<AttendanceSheets>().ReadAsync(id, cancellationToken) is { Session.State: SessionState.Planned } sheet
            && await outbox.OpenAsync(cancellationToken))
        {
            scope.ServiceProvider.GetRequiredService<AttendanceNews>().AddClosed(sheet, now);
            await db.SaveChangesAsync(cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
    }

    /// <summary>Waits for what is being recorded of these people, so that it is told either before the session closes or after it.</summary>
    private static Task<int> LockPeopleAsync(AttendanceDb db, Guid sessionId, CancellationToken cancellationToken)
    {
        var expected = ExpectedPeople.Of(db).Where(each => each.SessionId == sessionId).Select(each => each.PersonId);
        return db.People.Where(person => expected.Contains(person.Id))
            .ExecuteUpdateAsync(person => person.SetProperty(each => each.LastSeenAt, each => each.LastSeenAt), cancellationToken);
    }

    private static IQueryable<Session> Closed(AttendanceDb db, DateTime now) => db.Sessions.Where(session => session.ClosedToldAt == null && session.ClosesAt <= now);

    private static Task<int> MarkToldAsync(IQueryable<Session> sessions, DateTime now, CancellationToken cancellationToken) =>
        sessions.ExecuteUpdateAsync(session => session.SetProperty(each => each.ClosedToldAt, now), cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Sessions that have closed are told of later: {Error}")]
    private partial void LogNotClosed(string error);
}

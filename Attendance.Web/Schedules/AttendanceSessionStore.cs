using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Schedules;

internal enum SessionOutcome
{
    Saved,
    Unknown,

    /// <summary>The session's day, or the day it would be moved to, is in a closed period.</summary>
    PeriodClosed,

    /// <summary>Somebody has checked in already, so the session cannot be moved.</summary>
    HasCheckIns,
}

/// <summary>Moves and cancels sessions, and makes single ones.</summary>
internal sealed class AttendanceSessionStore(AttendanceDb db, AuditLog audit, Periods periods, IOptions<CheckInOptions> options)
{
    public Task<Session?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        db.Sessions.Include(session => session.Groups).SingleOrDefaultAsync(session => session.Id == id, cancellationToken);

    /// <summary>Lists the sessions of a schedule from a day on.</summary>
    public Task<List<Session>> ListAsync(Guid scheduleId, DateOnly from, int most, CancellationToken cancellationToken) =>
        db.Sessions.AsNoTracking().Where(session => session.ScheduleId == scheduleId && session.Day >= from)
            .OrderBy(session => session.StartsAt).Take(most).ToListAsync(cancellationToken);

    /// <returns>The new session, or null if its day is closed.</returns>
    public async Task<Session?> AddAsync(SingleSession wanted, string accountId, CancellationToken cancellationToken)
    {
        if (await periods.IsClosedAsync(wanted.Day, cancellationToken))
        {
            return null;
        }

        var start = Zones.ToUtc(wanted.Zone, wanted.Day, wanted.StartsAt);
        var session = new Session
        {
            OriginalDay = wanted.Day, OriginalStart = start, Name = wanted.Name, Zone = wanted.Zone, Place = wanted.Place,
            PlaceKey = Places.Key(wanted.Place), Rules = options.Value.Rules(),
        };
        session.SetTimes(start, start + wanted.Duration, wanted.Day);
        session.Groups.AddRange(wanted.Groups.Select(id => new SessionGroup { SessionId = session.Id, GroupId = id }));
        db.Sessions.Add(session);
        audit.Add(accountId, new("session.added", session.Id, Detail: $"{wanted.Day:yyyy-MM-dd} {wanted.StartsAt:HH:mm}"));
        await db.SaveChangesAsync(cancellationToken);
        return session;
    }

    /// <summary>Cancels a session or, if it was cancelled, has it take place after all. What was recorded in it stays.</summary>
    public Task<SessionOutcome> CancelAsync(Guid id, bool isCancelled, string reason, string accountId, CancellationToken cancellationToken) =>
        ChangeAsync(id, (session, _) =>
        {
            session.SetState(isCancelled ? SessionState.Cancelled : SessionState.Planned);
            audit.Add(accountId, new(isCancelled ? "session.cancelled" : "session.restored", id, Reason: reason));
            return Task.FromResult(SessionOutcome.Saved);
        }, cancellationToken);

    public Task<SessionOutcome> MoveAsync(
        Guid id, DateOnly day, TimeOnly startsAt, TimeSpan duration, string reason, string accountId, CancellationToken cancellationToken) =>
        ChangeAsync(id, async (session, cancel) =>
        {
            if (await periods.IsClosedAsync(day, cancel))
            {
                return SessionOutcome.PeriodClosed;
            }

            if (await db.CheckInSessions.AnyAsync(link => link.SessionId == id, cancel))
            {
                return SessionOutcome.HasCheckIns;
            }

            var start = Zones.ToUtc(session.Zone, day, startsAt);
            var former = Zones.ToLocal(session.Zone, session.StartsAt);
            session.SetTimes(start, start + duration, day);
            session.IsMoved = true;
            audit.Add(accountId, new("session.moved", id, Reason: reason, Detail: $"{former:yyyy-MM-dd HH:mm} to {day:yyyy-MM-dd} {startsAt:HH:mm}"));
            return SessionOutcome.Saved;
        }, cancellationToken);

    private async Task<SessionOutcome> ChangeAsync(
        Guid id, Func<Session, CancellationToken, Task<SessionOutcome>> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Sessions.Where(each => each.Id == id)
            .ExecuteUpdateAsync(session => session.SetProperty(each => each.Stamp, each => each.Stamp), cancellationToken); // locks the row
        if (await FindAsync(id, cancellationToken) is not { } session)
        {
            return SessionOutcome.Unknown;
        }

        if (await periods.IsClosedAsync(session.Day, cancellationToken))
        {
            return SessionOutcome.PeriodClosed;
        }

        var outcome = await change(session, cancellationToken);
        if (outcome == SessionOutcome.Saved)
        {
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return outcome;
    }
}

/// <summary>A session that is made by hand.</summary>
internal sealed record SingleSession(
    string Name, IReadOnlyCollection<Guid> Groups, DateOnly Day, TimeOnly StartsAt, TimeSpan Duration, string Zone, string? Place);

internal static class Places
{
    /// <summary>Returns the form of a place that is compared, or null for anywhere.</summary>
    public static string? Key(string? place) => string.IsNullOrWhiteSpace(place) ? null : Writing.Fold(Writing.Tidy(place));
}

using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Languages;
using Attendance.Web.Schedules;
using Attendance.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>Somebody states a person's mark.</summary>
/// <param name="EventId">The id that the client made. A request that is sent again has the same one.</param>
/// <param name="Method">A roll call or a correction.</param>
/// <param name="States">The mark, or null to take back what was stated by this method.</param>
/// <param name="Reason">Why; always there for a correction.</param>
internal sealed record Statement(Guid EventId, Guid SessionId, Guid PersonId, CheckInMethod Method, Mark? States, string? Reason, string AccountId);

internal enum StatementOutcome
{
    Recorded,

    /// <summary>There is no such session, or it was cancelled.</summary>
    NoSession,

    /// <summary>The session does not expect this person, or the person was deleted.</summary>
    NotExpected,

    /// <summary>The day of the session is closed.</summary>
    PeriodClosed,

    /// <summary>The roll of this session cannot be called now: it has not opened, or it is long over.</summary>
    NotNow,

    /// <summary>The id belongs to another event.</summary>
    IdTaken,
}

/// <summary>Records what people state about marks: roll calls and corrections. Each statement is an event of its own, and is in the audit.</summary>
internal sealed partial class Statements(
    AttendanceDb db, AuditLog audit, Periods periods, AttendanceNews news, WebhookOutbox outbox, IOptions<CheckInOptions> options, CheckInFeed feed, CheckInMetrics metrics,
    TimeProvider clock, ILogger<Statements> logger)
{
    public const int ShortestReason = 3;

    /// <returns>The outcome, and if it was recorded, the person's mark now.</returns>
    public async Task<(StatementOutcome Outcome, MarkResult? Result)> RecordAsync(Statement statement, CancellationToken cancellationToken)
    {
        try
        {
            return await TryRecordAsync(statement, cancellationToken);
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return (StatementOutcome.IdTaken, null); // by an event of another person, recorded at the same time
        }
    }

    /// <summary>Returns whether the roll of a session may be called now.</summary>
    public bool MayCallRoll(Session session)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return session.State == SessionState.Planned && session.OpensAt <= now && now <= session.EndsAt + options.Value.RollCallAfter;
    }

    private async Task<(StatementOutcome Outcome, MarkResult? Result)> TryRecordAsync(Statement statement, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var wasSeen = statement is { Method: CheckInMethod.RollCall, States: Mark.Present or Mark.Late };
        if (!await db.LockPersonAsync(statement.PersonId, wasSeen ? now : null, cancellationToken))
        {
            return (StatementOutcome.NotExpected, null);
        }

        var session = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(each => each.Id == statement.SessionId, cancellationToken);
        if (session is not { State: SessionState.Planned })
        {
            return (StatementOutcome.NoSession, null);
        }

        var events = await db.CheckIns.AsNoTracking()
            .Where(each => each.PersonId == statement.PersonId && each.Sessions.Any(link => link.SessionId == session.Id)).ToListAsync(cancellationToken);
        if (await db.CheckIns.AsNoTracking().SingleOrDefaultAsync(each => each.Id == statement.EventId, cancellationToken) is { } known)
        {
            return events.Exists(each => each.Id == known.Id) && known.Method == statement.Method && known.States == statement.States
                ? (StatementOutcome.Recorded, MarkOf(session, events, now))
                : (StatementOutcome.IdTaken, null);
        }

        if (await WhyNotAsync(statement, session, isKnown: events.Count > 0, cancellationToken) is { } refused)
        {
            return (refused, null);
        }

        var former = MarkOf(session, events, now);
        var recorded = new CheckInEvent
        {
            Id = statement.EventId, PersonId = statement.PersonId, At = now, RecordedAt = now, Method = statement.Method, States = statement.States,
            AccountId = statement.AccountId, Reason = statement.Reason,
        };
        recorded.Sessions.Add(new CheckInSession { EventId = recorded.Id, SessionId = session.Id });
        db.CheckIns.Add(recorded);
        await news.AddAsync(recorded, cancellationToken);
        var result = MarkOf(session, [.. events, recorded], now);
        audit.Add(statement.AccountId, new(
            statement.Method == CheckInMethod.Correction ? "mark.corrected" : "roll.called", session.Id, statement.PersonId, statement.Reason,
            Words.InEnglish(() => $"{MarkWords.Of(former.Mark)} to {MarkWords.Of(result.Mark)}")));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);

        metrics.Count(statement.Method, result.Mark);
        feed.Recorded();
        outbox.Committed();
        LogStated(statement.PersonId, session.Id, statement.Method.Code(), result.Mark.Code(), statement.AccountId);
        return (StatementOutcome.Recorded, result);
    }

    private async Task<StatementOutcome?> WhyNotAsync(Statement statement, Session session, bool isKnown, CancellationToken cancellationToken) =>
        await periods.IsClosedAsync(session.Day, cancellationToken) ? StatementOutcome.PeriodClosed
        : !isKnown && !await ExpectedPeople.SessionsOf(db, statement.PersonId).ContainsAsync(session.Id, cancellationToken) ? StatementOutcome.NotExpected
        : statement.Method == CheckInMethod.RollCall && !MayCallRoll(session) ? StatementOutcome.NotNow
        : null;

    private MarkResult MarkOf(Session session, IEnumerable<CheckInEvent> events, DateTime now) =>
        Marks.Of(SessionTimes.Of(session), session.Rules, options.Value.Debounce, events, now);

    [LoggerMessage(LogLevel.Information, "The mark of person {PersonId} in session {SessionId} was stated by {Method}, it is {Mark} now, account {AccountId}")]
    private partial void LogStated(Guid personId, Guid sessionId, string method, string mark, string accountId);
}

using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Attendance.Web.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn;

/// <summary>A person checks in.</summary>
/// <param name="EventId">The id that the client made. A request that is sent again has the same one.</param>
/// <param name="Evidence">Why it is this person.</param>
/// <param name="Place">Where, or null for anywhere: then every open session that expects the person is meant.</param>
/// <param name="KioskId">The kiosk, or null.</param>
/// <param name="AccountId">The account that was signed in, or null for a kiosk.</param>
/// <param name="At">When it happened, if that was earlier than now because the kiosk had no network.</param>
internal sealed record CheckInRequest(Guid EventId, CheckInEvidence Evidence, string? Place, string? KioskId = null, string? AccountId = null, DateTime? At = null);

/// <summary>What a check-in comes to in one session.</summary>
/// <param name="IsLeaving">Whether the person checked out.</param>
internal sealed record CheckedIn(Guid SessionId, string Name, MarkResult Result, bool IsLeaving);

internal abstract record CheckInOutcome
{
    /// <param name="FirstName">What to call the person on a screen that others see.</param>
    /// <param name="IsRepeat">Whether this was recorded before: the request was sent again, or the person checked in a moment ago.</param>
    public sealed record Recorded(string FirstName, DateTime At, IReadOnlyList<CheckedIn> Sessions, bool IsRepeat) : CheckInOutcome;

    /// <summary>No session that is open here expects the person.</summary>
    public sealed record NoSession(string FirstName) : CheckInOutcome;

    /// <summary>The person was deleted.</summary>
    public sealed record UnknownPerson : CheckInOutcome;

    /// <summary>The day of the session is closed.</summary>
    public sealed record PeriodClosed : CheckInOutcome;

    /// <summary>The time is in the future, or too long ago.</summary>
    public sealed record WrongTime : CheckInOutcome;

    /// <summary>The id belongs to another event.</summary>
    public sealed record IdTaken : CheckInOutcome;
}

/// <summary>
/// Records check-ins: the only way in. Everything that is recorded for one person is recorded one after the other, also by several processes,
/// and in one transaction.
/// </summary>
internal sealed partial class CheckInService(
    AttendanceDb db, AttendanceNews news, WebhookOutbox outbox, IOptions<CheckInOptions> options, CheckInFeed feed, CheckInMetrics metrics, TimeProvider clock, ILogger<CheckInService> logger)
{
    /// <summary>How far a kiosk's clock may be ahead.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromMinutes(1);

    public async Task<CheckInOutcome> RecordAsync(CheckInRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var at = request.At?.ToUniversalTime() ?? now;
        if (at > now + s_ahead || at < now - options.Value.OldestEvent)
        {
            return new CheckInOutcome.WrongTime();
        }

        at = at < now ? at : now;
        try
        {
            return await RecordAsync(request, at, now, cancellationToken);
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return new CheckInOutcome.IdTaken(); // by an event of another person, recorded at the same time
        }
    }

    private async Task<CheckInOutcome> RecordAsync(CheckInRequest request, DateTime at, DateTime now, CancellationToken cancellationToken)
    {
        var (personId, debounce) = (request.Evidence.PersonId, options.Value.Debounce);
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.LockPersonAsync(personId, at, cancellationToken))
        {
            return new CheckInOutcome.UnknownPerson();
        }

        var firstName = FirstNameOf(await db.People.Where(person => person.Id == personId).Select(person => person.FullName).SingleAsync(cancellationToken));
        if (await db.CheckIns.AsNoTracking().Include(each => each.Sessions).SingleOrDefaultAsync(each => each.Id == request.EventId, cancellationToken) is { } known)
        {
            return known.PersonId == personId && known.Method == request.Evidence.Method
                ? new CheckInOutcome.Recorded(firstName, known.At, await ResultsAsync(personId, [.. known.Sessions.Select(each => each.SessionId)], now, cancellationToken), IsRepeat: true)
                : new CheckInOutcome.IdTaken();
        }

        var (open, isClosed) = await OpenSessionsAsync(personId, request.Place, at, cancellationToken);
        if (open.Count == 0)
        {
            return isClosed ? new CheckInOutcome.PeriodClosed() : new CheckInOutcome.NoSession(firstName);
        }

        // A session that opened since the person checked in a moment ago has no event yet, so it gets this one.
        var recent = await (
            from each in db.CheckIns
            where each.PersonId == personId && each.At > at - debounce && each.At < at + debounce && each.States == null
                && each.Method != CheckInMethod.RollCall && each.Method != CheckInMethod.Correction
            from link in each.Sessions
            select link.SessionId).ToHashSetAsync(cancellationToken);
        var wanted = open.Where(id => !recent.Contains(id)).ToList();
        if (wanted.Count == 0)
        {
            return new CheckInOutcome.Recorded(firstName, at, await ResultsAsync(personId, open, now, cancellationToken), IsRepeat: true);
        }

        var recorded = new CheckInEvent
        {
            Id = request.EventId, PersonId = personId, At = at, RecordedAt = now, Method = request.Evidence.Method, Place = request.Place,
            KioskId = request.KioskId, AccountId = request.AccountId, Evidence = request.Evidence.ToJson(),
        };
        recorded.Sessions.AddRange(wanted.Select(id => new CheckInSession { EventId = recorded.Id, SessionId = id }));
        db.CheckIns.Add(recorded);
        await news.AddAsync(recorded, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);

        var results = await ResultsAsync(personId, open, now, cancellationToken);
        foreach (var result in results.Where(each => wanted.Contains(each.SessionId)))
        {
            metrics.Count(recorded.Method, result.Result.Mark);
        }

        feed.Recorded();
        outbox.Committed();
        LogRecorded(personId, recorded.Method.Code(), wanted.Count, request.KioskId);
        return new CheckInOutcome.Recorded(firstName, at, results, IsRepeat: false);
    }

    /// <summary>Returns what a person is called where others see it: the first word of the name.</summary>
    public static string FirstNameOf(string fullName) => fullName.Split(' ', 2)[0];

    /// <returns>The sessions that are open at a place and expect a person, and whether some are left out because their day is closed.</returns>
    private async Task<(IReadOnlyList<Guid> Open, bool IsClosed)> OpenSessionsAsync(Guid personId, string? place, DateTime at, CancellationToken cancellationToken)
    {
        var expecting = ExpectedPeople.SessionsOf(db, personId);
        var found = await OpenSessions.At(db, place, at).Where(session => expecting.Contains(session.Id)).OrderBy(session => session.StartsAt).ThenBy(session => session.Id)
            .Select(session => new { session.Id, IsClosed = db.ClosedPeriods.Any(period => period.FirstDay <= session.Day && session.Day <= period.LastDay) })
            .ToListAsync(cancellationToken);
        return ([.. found.Where(each => !each.IsClosed).Select(each => each.Id)], found.Exists(each => each.IsClosed));
    }

    private async Task<IReadOnlyList<CheckedIn>> ResultsAsync(Guid personId, IReadOnlyList<Guid> sessionIds, DateTime now, CancellationToken cancellationToken)
    {
        var sessions = await db.Sessions.AsNoTracking().Where(session => sessionIds.Contains(session.Id)).OrderBy(session => session.StartsAt).ToListAsync(cancellationToken);
        var events = await db.CheckIns.AsNoTracking().Include(each => each.Sessions)
            .Where(each => each.PersonId == personId && each.Sessions.Any(link => sessionIds.Contains(link.SessionId))).ToListAsync(cancellationToken);
        return [.. sessions.Select(session =>
        {
            var result = Marks.Of(
                SessionTimes.Of(session), session.Rules, options.Value.Debounce, events.Where(each => each.Sessions.Exists(link => link.SessionId == session.Id)), now);
            return new CheckedIn(session.Id, session.Name, result, result.LastOut is not null);
        })];
    }

    [LoggerMessage(LogLevel.Information, "Person {PersonId} checked in by {Method} for {Sessions} sessions at kiosk {KioskId}")]
    private partial void LogRecorded(Guid personId, string method, int sessions, string? kioskId);
}

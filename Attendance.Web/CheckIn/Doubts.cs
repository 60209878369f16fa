using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn;

/// <summary>A doubt as operators see it, with the names of those whom it may be.</summary>
/// <param name="IsByNumber">Whether it is there because too many faces were not that of the person whose number was entered.</param>
internal sealed record DoubtRow(Guid Id, DateTime At, string Place, Guid PersonId, string PersonName, Guid? OtherId, string? OtherName, bool IsByNumber);

/// <summary>What became of a doubt that an operator settled.</summary>
internal abstract record DoubtOutcome
{
    /// <summary>It is settled, and the person is present in every session that was open.</summary>
    public sealed record Settled : DoubtOutcome;

    /// <summary>It is settled, but the person is not marked in every session.</summary>
    /// <param name="Sessions">The sessions in which they are not, and why. Empty: none was open that expects them.</param>
    public sealed record NotMarked(IReadOnlyList<(string Session, StatementOutcome Why)> Sessions) : DoubtOutcome;

    /// <summary>There is no such doubt, it is settled already, or it is about other people.</summary>
    public sealed record NoDoubt : DoubtOutcome;
}

/// <summary>Keeps the faces that nobody was marked by, until an operator has said who it was or the sessions have closed.</summary>
internal sealed partial class Doubts(AttendanceDb db, AuditLog audit, Statements statements, CheckInFeed feed, TimeProvider clock, ILogger<Doubts> logger)
{
    /// <summary>The same doubt at the same kiosk within this time is one.</summary>
    private static readonly TimeSpan s_same = TimeSpan.FromMinutes(2);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <param name="doubt">The doubt. It is not added if the same one was a moment ago.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task AddAsync(FaceDoubt doubt, CancellationToken cancellationToken)
    {
        var since = doubt.At - s_same;
        if (await db.FaceDoubts.AnyAsync(
            each => each.KioskId == doubt.KioskId && each.At > since && each.SettledAt == null
                && ((each.PersonId == doubt.PersonId && each.OtherId == doubt.OtherId) || (each.PersonId == doubt.OtherId && each.OtherId == doubt.PersonId)),
            cancellationToken))
        {
            return;
        }

        db.FaceDoubts.Add(doubt);
        await db.SaveChangesAsync(cancellationToken);
        feed.Recorded();
        LogAdded(doubt.Id, doubt.KioskId);
    }

    /// <summary>Lists the doubts that are open, the oldest first.</summary>
    public async Task<IReadOnlyList<DoubtRow>> OpenAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        return await (
            from doubt in db.FaceDoubts.AsNoTracking()
            where doubt.SettledAt == null && doubt.Until >= now
            join person in db.People on doubt.PersonId equals person.Id
            join other in db.People on doubt.OtherId equals other.Id into others
            from other in others.DefaultIfEmpty()
            orderby doubt.At, doubt.Id
            select new DoubtRow(doubt.Id, doubt.At, doubt.Place, person.Id, person.FullName, doubt.OtherId, other == null ? null : other.FullName,
                doubt.Evidence != null && doubt.Evidence.Contains(FaceDoubt.WrongFaces))).ToListAsync(cancellationToken);
    }

    /// <summary>Settles a doubt, in whose sessions the person is then present by the operator's word.</summary>
    /// <param name="id">The doubt.</param>
    /// <param name="personId">Who it was, one of the two, or null for neither.</param>
    /// <param name="accountId">Who says so.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<DoubtOutcome> SettleAsync(Guid id, Guid? personId, string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        var doubt = await db.FaceDoubts.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id && each.SettledAt == null, cancellationToken);
        if (doubt is null || (personId is { } chosen && chosen != doubt.PersonId && chosen != doubt.OtherId))
        {
            return new DoubtOutcome.NoDoubt();
        }

        // First of all, or two operators who disagree would both mark somebody.
        if (!await TryCloseAsync(id, personId, accountId, now, cancellationToken))
        {
            return new DoubtOutcome.NoDoubt();
        }

        var outcome = personId is { } was ? await MarkAsync(doubt, was, accountId, cancellationToken) : new DoubtOutcome.Settled();
        feed.Recorded();
        return outcome;
    }

    private async Task<DoubtOutcome> MarkAsync(FaceDoubt doubt, Guid personId, string accountId, CancellationToken cancellationToken)
    {
        var sessions = await SessionsAsync(doubt, personId, cancellationToken);
        var refused = new List<(string, StatementOutcome)>();
        foreach (var (id, name) in sessions)
        {
            var (outcome, _) = await statements.RecordAsync(new(Guid.CreateVersion7(), id, personId, CheckInMethod.RollCall, Mark.Present, null, accountId), cancellationToken);
            if (outcome != StatementOutcome.Recorded)
            {
                refused.Add((name, outcome));
            }
        }

        return sessions.Count > 0 && refused.Count == 0 ? new DoubtOutcome.Settled() : new DoubtOutcome.NotMarked(refused);
    }

    private async Task<bool> TryCloseAsync(Guid id, Guid? personId, string accountId, DateTime now, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.FaceDoubts.Where(each => each.Id == id && each.SettledAt == null).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.SettledAt, now).SetProperty(one => one.SettledBy, accountId).SetProperty(one => one.SettledAs, personId), cancellationToken) == 0)
        {
            return false;
        }

        audit.Add(accountId, new("doubt.settled", id, personId, Detail: personId is null ? "neither" : null));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The sessions that were open at the place when the face was seen, and that expect the person.</summary>
    private async Task<IReadOnlyList<(Guid Id, string Name)>> SessionsAsync(FaceDoubt doubt, Guid personId, CancellationToken cancellationToken)
    {
        var expecting = ExpectedPeople.SessionsOf(db, personId);
        var found = await OpenSessions.At(db, doubt.Place, doubt.At).Where(session => expecting.Contains(session.Id)).OrderBy(session => session.StartsAt)
            .Select(session => new { session.Id, session.Name }).ToListAsync(cancellationToken);
        return [.. found.Select(session => (session.Id, session.Name))];
    }

    [LoggerMessage(LogLevel.Information, "Doubt {DoubtId}: a face at kiosk {KioskId} may be either of two people's")]
    private partial void LogAdded(Guid doubtId, string kioskId);
}

using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.CheckIn;

/// <summary>A doubt as operators see it, with the names of those whom it may be.</summary>
internal sealed record DoubtRow(Guid Id, DateTime At, string Place, Guid PersonId, string PersonName, Guid? OtherId, string? OtherName);

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
            select new DoubtRow(doubt.Id, doubt.At, doubt.Place, person.Id, person.FullName, doubt.OtherId, other == null ? null : other.FullName)).ToListAsync(cancellationToken);
    }

    /// <summary>Settles a doubt, in whose sessions the person is then present by the operator's word.</summary>
    /// <param name="id">The doubt.</param>
    /// <param name="personId">Who it was, one of the two, or null for neither.</param>
    /// <param name="accountId">Who says so.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    /// <returns><see langword="false"/> if there is no such doubt, it is settled already, or it is about other people.</returns>
    public async Task<bool> TrySettleAsync(Guid id, Guid? personId, string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        var doubt = await db.FaceDoubts.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id && each.SettledAt == null, cancellationToken);
        if (doubt is null || (personId is { } chosen && chosen != doubt.PersonId && chosen != doubt.OtherId))
        {
            return false;
        }

        // First of all, or two operators who disagree would both mark somebody.
        if (!await TryCloseAsync(id, personId, accountId, now, cancellationToken))
        {
            return false;
        }

        if (personId is { } was)
        {
            foreach (var sessionId in await SessionsAsync(doubt, was, cancellationToken))
            {
                await statements.RecordAsync(new(Guid.CreateVersion7(), sessionId, was, CheckInMethod.RollCall, Mark.Present, null, accountId), cancellationToken);
            }
        }

        feed.Recorded();
        return true;
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
    private async Task<IReadOnlyList<Guid>> SessionsAsync(FaceDoubt doubt, Guid personId, CancellationToken cancellationToken)
    {
        var expecting = ExpectedPeople.SessionsOf(db, personId);
        return await OpenSessions.At(db, doubt.Place, doubt.At).Where(session => expecting.Contains(session.Id)).Select(session => session.Id).ToListAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Doubt {DoubtId}: a face at kiosk {KioskId} may be either of two people's")]
    private partial void LogAdded(Guid doubtId, string kioskId);
}

using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.PhoneCameras;

/// <summary>Who makes a pairing: an account, and the browser in which it is signed in.</summary>
internal sealed record Pairer(string AccountId, string AccountStamp, string SignInId);

/// <summary>
/// Keeps the pairings of phones with pages of operators, and the one-time codes that make them. They are in the database, so that any process
/// of Web knows them.
/// </summary>
internal sealed partial class PhonePairings(
    AttendanceDb db, AuditLog audit, BoundLeases leases, PhoneCameraApi api, OpenConnections connections, PhoneCameraMetrics metrics, IOptions<PhoneCameraOptions> options,
    TimeProvider clock, ILogger<PhonePairings> logger)
{
    /// <summary>How many pairings an account may have at a time.</summary>
    public const int Most = 5;

    private static readonly TimeSpan s_seenToThe = TimeSpan.FromSeconds(1);

    /// <summary>How long a phone can learn why its pairing has ended.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Makes a pairing for whichever phone uses its code first.</summary>
    /// <returns>The pairing and its code, which cannot be shown again; null if the account has as many as may be.</returns>
    public async Task<(PhonePairing Pairing, string Code)?> MakeAsync(Pairer pairer, CancellationToken cancellationToken)
    {
        var (now, old) = (Now, Now - s_kept);
        await db.PhonePairings.Where(each => each.IsFreed && each.EndedAt < old).ExecuteDeleteAsync(cancellationToken);
        if (await db.PhonePairings.CountAsync(each => each.AccountId == pairer.AccountId && each.EndedAt == null, cancellationToken) >= Most)
        {
            return null;
        }

        var code = OneTimeCode.New();
        var pairing = new PhonePairing
        {
            AccountId = pairer.AccountId, AccountStamp = pairer.AccountStamp, SignInId = pairer.SignInId, CameraId = IdFormats.NewBrowserCamera(),
            MadeAt = now, SeenAt = now, CodeHash = OneTimeCode.HashOf(code), CodeUntil = now + options.Value.CodeLasts,
        };
        db.PhonePairings.Add(pairing);
        audit.Add(pairer.AccountId, new("phone_pairing.made", pairing.Id));
        await db.SaveChangesAsync(cancellationToken);
        LogMade(pairing.Id, pairer.AccountId);
        return (pairing, code);
    }

    /// <summary>Pairs the phone that sends this code. A code works once.</summary>
    /// <returns>The pairing, or null if the code is not valid.</returns>
    public async Task<PhonePairing?> UseAsync(string? code, CancellationToken cancellationToken)
    {
        var (hash, now) = (OneTimeCode.HashOf(code), Now);
        var found = await db.PhonePairings.AsNoTracking()
            .SingleOrDefaultAsync(each => each.CodeHash == hash && each.CodeUntil > now && each.EndedAt == null, cancellationToken);
        if (found is null || !await IsSignedInAsync(found, cancellationToken))
        {
            return null;
        }

        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.PhonePairings.Where(each => each.Id == found.Id && each.CodeHash == hash && each.EndedAt == null).ExecuteUpdateAsync( // of two phones with the same code, one
            each => each.SetProperty(row => row.CodeHash, (string?)null).SetProperty(row => row.UsedAt, now), cancellationToken) == 0)
        {
            return null;
        }

        audit.Add(found.AccountId, new("phone_pairing.used", found.Id, Detail: "A phone has used the code."));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        LogUsed(found.Id);
        return found;
    }

    /// <summary>Returns a pairing of this account, or null if it has no such one.</summary>
    public Task<PhonePairing?> FindAsync(Guid id, string accountId, CancellationToken cancellationToken) =>
        db.PhonePairings.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id && each.AccountId == accountId, cancellationToken);

    public Task<PhonePairing?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        db.PhonePairings.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id, cancellationToken);

    /// <summary>Lists the pairings that have not ended, or whose camera is not yet known to be free.</summary>
    public async Task<IReadOnlyList<PhonePairing>> ListUnfinishedAsync(CancellationToken cancellationToken) =>
        await db.PhonePairings.AsNoTracking().Where(each => !each.IsFreed).ToListAsync(cancellationToken);

    /// <summary>Notes that the operator's page is there.</summary>
    public async Task SeenAsync(Guid id, CancellationToken cancellationToken)
    {
        var (now, before) = (Now, Now - s_seenToThe);
        await db.PhonePairings.Where(each => each.Id == id && each.SeenAt < before).ExecuteUpdateAsync(each => each.SetProperty(row => row.SeenAt, now), cancellationToken);
    }

    /// <summary>Binds a pairing to the operator's lease of the phone's camera: from now on it ends with that lease.</summary>
    public async Task BindLeaseAsync(Guid id, CheckLease claim, CancellationToken cancellationToken)
    {
        var bound = leases.Seal(claim);
        await db.PhonePairings.Where(each => each.Id == id && each.EndedAt == null).ExecuteUpdateAsync(each => each.SetProperty(row => row.BoundLease, bound), cancellationToken);
    }

    /// <summary>Lets a pairing wait for another lease of the same page, which may have been loaded again.</summary>
    public async Task UnbindLeaseAsync(PhonePairing pairing, CancellationToken cancellationToken)
    {
        var now = Now;
        await db.PhonePairings.Where(each => each.Id == pairing.Id && each.BoundLease == pairing.BoundLease).ExecuteUpdateAsync( // and not one that was bound meanwhile
            each => each.SetProperty(row => row.BoundLease, (string?)null).SetProperty(row => row.SeenAt, now), cancellationToken);
    }

    /// <summary>Returns whether the operator is still signed in where the pairing was made.</summary>
    public Task<bool> IsSignedInAsync(PhonePairing pairing, CancellationToken cancellationToken)
    {
        var now = Now;
        return (
            from session in db.SignInSessions
            join account in db.Users on session.AccountId equals account.Id
            where session.Id == pairing.SignInId && (session.EndsAt == null || session.EndsAt > now) && account.Id == pairing.AccountId && account.SecurityStamp == pairing.AccountStamp
            select session.Id).AnyAsync(cancellationToken);
    }

    /// <summary>Ends a pairing, once, and takes the phone's camera back. The phone can do nothing more from here on.</summary>
    public async Task EndAsync(PhonePairing pairing, PairingEnd end, CancellationToken cancellationToken)
    {
        var now = Now;
        await using (var change = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            var isFirst = await db.PhonePairings.Where(each => each.Id == pairing.Id && each.EndedAt == null).ExecuteUpdateAsync(
                each => each.SetProperty(row => row.EndedAt, now).SetProperty(row => row.End, end)
                    .SetProperty(row => row.CodeHash, (string?)null).SetProperty(row => row.BoundLease, (string?)null),
                cancellationToken) > 0;
            if (isFirst)
            {
                audit.Add(pairing.AccountId, new("phone_pairing.ended", pairing.Id, Detail: end.Code()));
                await db.SaveChangesAsync(cancellationToken);
            }

            await change.CommitAsync(cancellationToken);
            if (isFirst)
            {
                metrics.Ended(end);
                LogEnded(pairing.Id, end.Code());
            }
        }

        await FreeAsync(pairing, cancellationToken);
    }

    /// <summary>Takes the camera of an ended pairing back. If that does not succeed now, <see cref="PairingWatch"/> tries it again.</summary>
    public async Task FreeAsync(PhonePairing pairing, CancellationToken cancellationToken)
    {
        var isFree = pairing.UsedAt is null || await api.TakeBackAsync(pairing.CameraId, pairing.AccountId, "The pairing of the phone has ended.", cancellationToken);
        connections.Cut(PhoneCameraSignIn.NameOf(pairing.Id)); // a phone that goes on by itself loses its lease with its socket
        if (isFree)
        {
            await db.PhonePairings.Where(each => each.Id == pairing.Id).ExecuteUpdateAsync(each => each.SetProperty(row => row.IsFreed, true), cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Pairing {PairingId} made by account {AccountId}")]
    private partial void LogMade(Guid pairingId, string accountId);

    [LoggerMessage(LogLevel.Information, "A phone has joined pairing {PairingId}")]
    private partial void LogUsed(Guid pairingId);

    [LoggerMessage(LogLevel.Information, "Pairing {PairingId} has ended: {Reason}")]
    private partial void LogEnded(Guid pairingId, string reason);
}

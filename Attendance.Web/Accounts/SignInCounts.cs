using System.Globalization;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Counts password attempts. Each attempt is counted before the password is checked, in one database statement, so that simultaneous
/// attempts all count. Strangers, and each device that has signed in before, have separate counts, so that strangers cannot lock out
/// somebody who has signed in here before. The same statements run in every case, so that the time reveals nothing.
/// </summary>
internal sealed class SignInCounts(AttendanceDb db, IOptions<AccountOptions> options, TimeProvider clock)
{
    /// <summary>The number of counts that all unknown user names share, so that they create only a few rows.</summary>
    private const int KeysOfNobody = 16;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Returns the count's key for a user name that no account has.</summary>
    public static string OfNobody(string? userName) =>
        string.Create(CultureInfo.InvariantCulture, $"nobody-{(uint)StringComparer.OrdinalIgnoreCase.GetHashCode(userName ?? "") % KeysOfNobody}");

    /// <returns><see langword="false"/> if no password may be tried now.</returns>
    public async Task<bool> TryCountAsync(string key, string? accountId, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO sign_in_counts ("Key", "AccountId", "Attempts", "LockedUntil") VALUES ({key}, {accountId}, 0, NULL) ON CONFLICT ("Key") DO NOTHING""",
            cancellationToken);
        var now = Now;
        var most = accountId is null ? int.MaxValue : options.Value.WrongPasswords;
        return await db.SignInCounts
            .Where(count => count.Key == key && (count.LockedUntil == null || count.LockedUntil <= now) && count.Attempts < most)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts + 1).SetProperty(each => each.TriedAt, now), cancellationToken) == 1;
    }

    /// <summary>
    /// Locks a key that has reached the limit. Call it after refused attempts too, because the request before may have ended before it could lock.
    /// </summary>
    public async Task LockIfFullAsync(string key, CancellationToken cancellationToken)
    {
        var until = Now + options.Value.LockedFor;
        await db.SignInCounts
            .Where(count => count.Key == key && count.Attempts >= options.Value.WrongPasswords)
            .ExecuteUpdateAsync(
                count => count.SetProperty(each => each.Attempts, 0).SetProperty(each => each.LockedUntil, until), cancellationToken);
    }

    /// <summary>Deletes the count of one key after a correct password.</summary>
    public Task ClearAsync(string key, CancellationToken cancellationToken) =>
        db.SignInCounts.Where(count => count.Key == key).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Deletes all counts of an account after its password has changed, because they were about the old password.</summary>
    public Task ClearAllAsync(string accountId, CancellationToken cancellationToken) =>
        db.SignInCounts.Where(count => count.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Returns the ids of the accounts that strangers cannot sign in to now.</summary>
    public async Task<IReadOnlySet<string>> LockedAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        return await db.SignInCounts.Where(count => count.Key == count.AccountId && count.LockedUntil > now).Select(count => count.Key).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
    }
}

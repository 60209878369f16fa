using System.Globalization;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Counts passwords that are tried. Each is counted before it is looked at, in one statement of the database, so that attempts at
/// the same time all count. Strangers and each device that has signed in before are counted apart: whoever signed in here before
/// is not locked out by others. The same statements run whatever is tried, so that the time tells nothing.
/// </summary>
internal sealed class SignInCounts(AttendanceDb db, IOptions<AccountOptions> options, TimeProvider clock)
{
    /// <summary>Names that there are not share a few counts, so that they leave few rows.</summary>
    private const int KeysOfNobody = 16;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>The key to count by, for a name that no account has.</summary>
    public static string OfNobody(string? userName) =>
        string.Create(CultureInfo.InvariantCulture, $"nobody-{(uint)StringComparer.OrdinalIgnoreCase.GetHashCode(userName ?? "") % KeysOfNobody}");

    /// <returns><see langword="false"/> when no password may be tried now.</returns>
    public async Task<bool> TryCountAsync(string key, string? accountId, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO sign_in_counts ("Key", "AccountId", "Attempts", "LockedUntil") VALUES ({key}, {accountId}, 0, NULL) ON CONFLICT ("Key") DO NOTHING""",
            cancellationToken);
        var now = Now;
        var most = accountId is null ? int.MaxValue : options.Value.WrongPasswords;
        return await db.SignInCounts
            .Where(count => count.Key == key && (count.LockedUntil == null || count.LockedUntil <= now) && count.Attempts < most)
            .ExecuteUpdateAsync(count => count.SetProperty(each => each.Attempts, each => each.Attempts + 1), cancellationToken) == 1;
    }

    /// <summary>Locks what has been tried too often. Also where an attempt was refused: the one before it may have been cut off.</summary>
    public async Task LockIfFullAsync(string key, CancellationToken cancellationToken)
    {
        var until = Now + options.Value.LockedFor;
        await db.SignInCounts
            .Where(count => count.Key == key && count.Attempts >= options.Value.WrongPasswords)
            .ExecuteUpdateAsync(
                count => count.SetProperty(each => each.Attempts, 0).SetProperty(each => each.LockedUntil, until), cancellationToken);
    }

    /// <summary>The password was right.</summary>
    public Task ClearAsync(string key, CancellationToken cancellationToken) =>
        db.SignInCounts.Where(count => count.Key == key).ExecuteDeleteAsync(cancellationToken);

    /// <summary>The account has another password: all that was counted was about the former one.</summary>
    public Task ClearAllAsync(string accountId, CancellationToken cancellationToken) =>
        db.SignInCounts.Where(count => count.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>The accounts that strangers cannot sign in to now.</summary>
    public async Task<IReadOnlySet<string>> LockedAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        return await db.SignInCounts.Where(count => count.Key == count.AccountId && count.LockedUntil > now).Select(count => count.Key).ToHashSetAsync(cancellationToken);
    }
}

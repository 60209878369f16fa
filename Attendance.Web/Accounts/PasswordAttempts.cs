using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Accounts;

internal enum PasswordOutcome
{
    Right,

    Wrong,

    /// <summary>The password was not checked, because too many attempts before it were wrong.</summary>
    Locked,
}

/// <summary>
/// Checks a password if another attempt is allowed. The time that this takes does not reveal whether the account exists or is locked:
/// every call hashes a password and sends the same statements to the database.
/// </summary>
internal sealed class PasswordAttempts(
    UserManager<Account> accounts, IPasswordHasher<Account> hasher, SignInCounts counts, KnownDevices devices)
{
    private static readonly Account s_nobody = new();
    private static string? s_nobodysHash;

    /// <param name="context">The context of the request that brings the password.</param>
    /// <param name="account">The account, or null if none has this name.</param>
    /// <param name="userName">The user name as it was sent.</param>
    /// <param name="password">The password as it was sent.</param>
    public async Task<PasswordOutcome> TryAsync(HttpContext context, Account? account, string? userName, string password)
    {
        var cancellationToken = context.RequestAborted;
        var key = account is null ? SignInCounts.OfNobody(userName) : devices.Find(context.Request, account) ?? account.Id;
        var mayTry = await counts.TryCountAsync(key, account?.Id, cancellationToken);
        var isRight = account is { PasswordHash: not null } && mayTry ? await accounts.CheckPasswordAsync(account, password) : PretendToCheck(password);
        if (!isRight)
        {
            await counts.LockIfFullAsync(key, CancellationToken.None); // even if the client has gone
            return mayTry ? PasswordOutcome.Wrong : PasswordOutcome.Locked;
        }

        await counts.ClearAsync(key, cancellationToken);
        devices.Remember(context, account!);
        return PasswordOutcome.Right;
    }

    /// <summary>Takes as long as checking a real password.</summary>
    private bool PretendToCheck(string password)
    {
        s_nobodysHash ??= hasher.HashPassword(s_nobody, Guid.NewGuid().ToString());
        hasher.VerifyHashedPassword(s_nobody, s_nobodysHash, password);
        return false;
    }
}

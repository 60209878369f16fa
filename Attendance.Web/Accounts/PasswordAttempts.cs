using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Accounts;

internal enum PasswordOutcome
{
    Right,

    Wrong,

    /// <summary>It was not looked at: too many before it were wrong.</summary>
    Locked,
}

/// <summary>
/// Tries a password, where one may be tried. The time that this takes tells neither that there is such an account nor that it is
/// locked: a password is hashed each time, and the database is asked the same.
/// </summary>
internal sealed class PasswordAttempts(
    UserManager<Account> accounts, IPasswordHasher<Account> hasher, SignInCounts counts, KnownDevices devices)
{
    private static readonly Account s_nobody = new();
    private static string? s_nobodysHash;

    /// <param name="context">Of the request that brings the password.</param>
    /// <param name="account">Null where there is none of this name.</param>
    /// <param name="userName">As it was sent.</param>
    /// <param name="password">As it was sent.</param>
    public async Task<PasswordOutcome> TryAsync(HttpContext context, Account? account, string? userName, string password)
    {
        var cancellationToken = context.RequestAborted;
        var key = account is null ? SignInCounts.OfNobody(userName) : devices.Find(context.Request, account) ?? account.Id;
        var mayTry = await counts.TryCountAsync(key, account?.Id, cancellationToken);
        var isRight = account is not null && mayTry ? await accounts.CheckPasswordAsync(account, password) : PretendToCheck(password);
        if (!isRight)
        {
            await counts.LockIfFullAsync(key, CancellationToken.None); // also where nobody waits for the answer
            return mayTry ? PasswordOutcome.Wrong : PasswordOutcome.Locked;
        }

        await counts.ClearAsync(key, cancellationToken);
        devices.Remember(context, account!);
        return PasswordOutcome.Right;
    }

    /// <summary>Takes as long as checking a real one.</summary>
    private bool PretendToCheck(string password)
    {
        s_nobodysHash ??= hasher.HashPassword(s_nobody, Guid.NewGuid().ToString());
        hasher.VerifyHashedPassword(s_nobody, s_nobodysHash, password);
        return false;
    }
}

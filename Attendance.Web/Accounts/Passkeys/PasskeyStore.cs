using System.Text.Json;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts.Passkeys;

/// <summary>
/// Keeps the passkeys of accounts (WebAuthn). The relying party is the host of the request, so a passkey works at the address at which it was
/// made, and at no other.
/// </summary>
internal sealed partial class PasskeyStore(
    SignInManager<Account> signIn, UserManager<Account> accounts, AttendanceDb db, AuditLog audit, TimeProvider clock, ILogger<PasskeyStore> logger)
{
    /// <summary>The largest number of passkeys of one account.</summary>
    public const int Most = 10;

    private const int LongestCredential = 32 * 1024;

    public async Task<IReadOnlyList<PasskeyRow>> ListAsync(string accountId, CancellationToken cancellationToken) =>
    [
        .. (await db.UserPasskeys.AsNoTracking().Where(each => each.UserId == accountId).ToListAsync(cancellationToken))
            .OrderBy(each => each.Data.CreatedAt).Select(each => new PasskeyRow(ReferenceOf(each), each.Data.Name ?? T("Passkey"), each.Data.CreatedAt.UtcDateTime, each.UsedAt)),
    ];

    /// <summary>Returns the question, as JSON, to which a browser answers with a new passkey.</summary>
    public Task<string> AskForNewAsync(Account account) =>
        signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = account.Id, Name = account.UserName!, DisplayName = account.UserName! });

    /// <summary>Returns the question, as JSON, to which a browser answers with a passkey that it has for this site.</summary>
    public Task<string> AskAsync() => signIn.MakePasskeyRequestOptionsAsync(null);

    /// <summary>Adds a passkey.</summary>
    /// <param name="credential">What the browser answered, as JSON.</param>
    /// <returns>Null, or what is wrong, in words.</returns>
    public async Task<string?> AddAsync(Account account, string? name, string? credential, CancellationToken cancellationToken)
    {
        var tidy = Writing.Tidy(name ?? "");
        if (tidy.Length is 0 or > AccountPasskey.NameLength || !Writing.CanBeWritten(tidy) || !Writing.IsSeen(tidy))
        {
            return T("Give the passkey a name of 1 to {0} characters, such as “My phone”.", AccountPasskey.NameLength);
        }

        if (await db.UserPasskeys.CountAsync(each => each.UserId == account.Id, cancellationToken) >= Most)
        {
            return T("An account has {0} passkeys at most. Remove one that you do not use.", Most);
        }

        if (!IsJson(credential) || await PerformAsync(() => signIn.PerformPasskeyAttestationAsync(credential!)) is not { Succeeded: true } made
            || made.UserEntity.Id != account.Id || !made.Passkey.IsUserVerified)
        {
            return T("The passkey could not be added. Try again, and confirm at the device when the browser asks.");
        }

        made.Passkey.Name = tidy;
        audit.Add(account.Id, new("passkey.added", SubjectOf(account.Id)));
        try
        {
            if (!(await accounts.AddOrUpdatePasskeyAsync(account, made.Passkey)).Succeeded) // also saves the entry above
            {
                return T("The passkey could not be added. Try again.");
            }
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return T("This passkey is there already.");
        }

        LogAdded(account.Id);
        return null;
    }

    /// <summary>Checks what a browser answered.</summary>
    /// <returns>The account whose passkey it is, or null if it is nobody's.</returns>
    public async Task<Account?> CheckAsync(string? credential, CancellationToken cancellationToken)
    {
        if (!IsJson(credential) || await PerformAsync(() => signIn.PerformPasskeyAssertionAsync(credential!)) is not { Succeeded: true } shown || !shown.Passkey.IsUserVerified
            || !(await accounts.AddOrUpdatePasskeyAsync(shown.User, shown.Passkey)).Succeeded) // its counter goes up, so that a copy of it is noticed
        {
            return null;
        }

        var (id, now) = (shown.Passkey.CredentialId, clock.GetUtcNow().UtcDateTime);
        var hour = new DateTime(now.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, DateTimeKind.Utc);
        await db.UserPasskeys.Where(each => each.CredentialId == id).ExecuteUpdateAsync(each => each.SetProperty(row => row.UsedAt, hour), cancellationToken);
        return shown.User;
    }

    /// <summary>Removes a passkey, which a page names by its reference. It signs nobody in any more.</summary>
    public async Task RemoveAsync(string accountId, string? reference, CancellationToken cancellationToken)
    {
        var all = await db.UserPasskeys.Where(each => each.UserId == accountId).ToListAsync(cancellationToken);
        if (all.Find(each => ReferenceOf(each) == reference) is { } found)
        {
            db.UserPasskeys.Remove(found);
            audit.Add(accountId, new("passkey.removed", SubjectOf(accountId)));
            await db.SaveChangesAsync(cancellationToken);
            LogRemoved(accountId);
        }
    }

    /// <summary>Removes all passkeys of an account that is given another password: only whoever has that may get in.</summary>
    public async Task RemoveAllAsync(string accountId, CancellationToken cancellationToken)
    {
        if (await db.UserPasskeys.Where(each => each.UserId == accountId).ExecuteDeleteAsync(cancellationToken) > 0)
        {
            LogRemoved(accountId);
        }
    }

    /// <summary>Performs one half of a passkey, which throws when the page's question is gone.</summary>
    private static async Task<T?> PerformAsync<T>(Func<Task<T>> perform) where T : class
    {
        try
        {
            return await perform();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsJson(string? credential)
    {
        if (credential is not { Length: > 0 and <= LongestCredential })
        {
            return false;
        }

        try
        {
            using var parsed = JsonDocument.Parse(credential);
            return parsed.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string ReferenceOf(AccountPasskey passkey) => SignInSessions.ReferenceOf(Convert.ToHexString(passkey.CredentialId));

    private static Guid? SubjectOf(string accountId) => Guid.TryParse(accountId, out var id) ? id : null;

    [LoggerMessage(LogLevel.Information, "Account {AccountId} added a passkey")]
    private partial void LogAdded(string accountId);

    [LoggerMessage(LogLevel.Information, "A passkey of account {AccountId} was removed")]
    private partial void LogRemoved(string accountId);
}

/// <param name="Reference">What the passkey is called on the page.</param>
internal sealed record PasskeyRow(string Reference, string Name, DateTime AddedAt, DateTime? UsedAt);

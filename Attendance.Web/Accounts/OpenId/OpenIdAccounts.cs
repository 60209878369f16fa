using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>
/// Keeps which account belongs to whom at the provider, by issuer and subject alone. A name or an e-mail address never finds an account: who
/// can choose theirs at the provider could take over an account here.
/// </summary>
internal sealed partial class OpenIdAccounts(
    UserManager<Account> accounts, AttendanceDb db, TeamStore teams, SignInSessions sessions, AuditLog audit, IOptions<AccountOptions> options, TimeProvider clock,
    ILogger<OpenIdAccounts> logger)
{
    /// <summary>Returns the account of somebody, and makes one at the first sign-in.</summary>
    public async Task<Account> FindOrAddAsync(OpenIdUser user, CancellationToken cancellationToken)
    {
        if (await FindAsync(user.Issuer, user.Subject, cancellationToken) is { } found)
        {
            return found;
        }

        // The name of the first administrator is a setting that gives rights, whoever has it.
        foreach (var name in AccountNames.CandidatesFor(user.WantedName).Where(name => !IsFirstAdmin(name)))
        {
            if (await TryAddAsync(name, user, cancellationToken) is { } account)
            {
                return account;
            }
        }

        throw new InvalidOperationException("No user name is free for an account of the OpenID Connect provider.");
    }

    /// <summary>Gives an account the role and the teams that the provider says. Those of the first administrator stay: it is the way in when all else fails.</summary>
    public async Task ApplyAsync(Account account, OpenIdUser user, CancellationToken cancellationToken)
    {
        if (IsFirstAdmin(account.UserName!))
        {
            return;
        }

        if (user.Role is { } role && role != account.Role)
        {
            audit.Add(account.Id, new("account.role", SubjectOf(account.Id), Detail: $"{account.Role} became {role}, as the provider says"));
            account.Role = role;
            if (await accounts.UpdateAsync(account) is { Succeeded: false } failed)
            {
                throw new InvalidOperationException($"The role of account {account.Id} could not be changed: {failed.Errors.FirstOrDefault()?.Code}");
            }

            LogRole(account.Id, role);
        }

        if (user.Teams is { } wanted)
        {
            if (wanted.Count > TeamNames.Most)
            {
                LogTooMany(account.Id, wanted.Count, TeamNames.Most);
            }

            await teams.SetAsync(account.Id, [.. wanted.Take(TeamNames.Most)], account.Id, cancellationToken);
        }
    }

    /// <summary>Ends what an account began at the provider, because the provider gives it no role any more.</summary>
    public async Task RefuseAsync(OpenIdUser user, CancellationToken cancellationToken)
    {
        if (await FindAsync(user.Issuer, user.Subject, cancellationToken) is { } account)
        {
            await sessions.EndOfProviderAsync(account.Id, null, cancellationToken);
        }
    }

    /// <summary>Links an account to somebody at the provider. It is safe to repeat.</summary>
    /// <param name="byAccountId">Who does it: the account's owner, or an administrator.</param>
    /// <returns>Null, or the problem.</returns>
    public async Task<string?> LinkAsync(string accountId, string issuer, string subject, string byAccountId, CancellationToken cancellationToken)
    {
        if (await FindAsync(issuer, subject, cancellationToken) is { } owner)
        {
            return owner.Id == accountId ? null : OpenIdProblem.LinkedElsewhere;
        }

        if (await IsLinkedAsync(accountId, cancellationToken))
        {
            return OpenIdProblem.AlreadyLinked;
        }

        db.UserLogins.Add(new() { UserId = accountId, LoginProvider = issuer, ProviderKey = subject });
        audit.Add(byAccountId, new("account.linked", SubjectOf(accountId)));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception)) // another request was faster
        {
            db.ChangeTracker.Clear();
            return OpenIdProblem.LinkedElsewhere;
        }

        LogLinked(accountId, byAccountId);
        return null;
    }

    /// <summary>Unlinks an account from the provider, and ends what it began there.</summary>
    public async Task UnlinkAsync(string accountId, string byAccountId, CancellationToken cancellationToken)
    {
        var logins = await db.UserLogins.Where(login => login.UserId == accountId).ToListAsync(cancellationToken);
        if (logins.Count == 0)
        {
            return;
        }

        db.UserLogins.RemoveRange(logins);
        audit.Add(byAccountId, new("account.unlinked", SubjectOf(accountId)));
        await db.SaveChangesAsync(cancellationToken);
        await sessions.EndOfProviderAsync(accountId, null, cancellationToken);
        LogUnlinked(accountId, byAccountId);
    }

    public Task<bool> IsLinkedAsync(string accountId, CancellationToken cancellationToken) => db.UserLogins.AnyAsync(login => login.UserId == accountId, cancellationToken);

    public async Task<IReadOnlySet<string>> LinkedAsync(CancellationToken cancellationToken) =>
        await db.UserLogins.Select(login => login.UserId).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);

    public async Task<Account?> FindAsync(string issuer, string subject, CancellationToken cancellationToken) => await (
        from login in db.UserLogins
        join account in db.Users on login.UserId equals account.Id
        where login.LoginProvider == issuer && login.ProviderKey == subject
        select account).SingleOrDefaultAsync(cancellationToken);

    public bool IsFirstAdmin(string userName) => string.Equals(userName, options.Value.FirstAdmin.UserName, StringComparison.OrdinalIgnoreCase);

    /// <returns>The account, made now or by another request meanwhile; null if the name is taken.</returns>
    private async Task<Account?> TryAddAsync(string name, OpenIdUser user, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var account = new Account { UserName = name, Role = user.Role ?? AccountRole.Operator, CreatedAt = clock.GetUtcNow().UtcDateTime };
        try
        {
            if (await accounts.CreateAsync(account) is { Succeeded: false } refused)
            {
                return refused.Errors.All(error => error.Code == nameof(IdentityErrorDescriber.DuplicateUserName)) ? null
                    : throw new InvalidOperationException($"An account of the OpenID Connect provider could not be made: {refused.Errors.First().Code}");
            }

            db.UserLogins.Add(new() { UserId = account.Id, LoginProvider = user.Issuer, ProviderKey = user.Subject });
            audit.Add(account.Id, new("account.added", SubjectOf(account.Id), Detail: $"{account.Role}, at the first sign-in at the provider"));
            await db.SaveChangesAsync(cancellationToken);
            await change.CommitAsync(cancellationToken);
            LogAdded(account.Id, account.Role);
            return account;
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            await change.RollbackAsync(CancellationToken.None);
            db.ChangeTracker.Clear();
            return await FindAsync(user.Issuer, user.Subject, cancellationToken);
        }
    }

    private static Guid? SubjectOf(string accountId) => Guid.TryParse(accountId, out var id) ? id : null;

    [LoggerMessage(LogLevel.Information, "Account {AccountId} ({Role}) added at its first sign-in at the OpenID Connect provider")]
    private partial void LogAdded(string accountId, AccountRole role);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is {Role} now, as the OpenID Connect provider says")]
    private partial void LogRole(string accountId, AccountRole role);

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} is in {Count} groups of the OpenID Connect provider; only the first {Most} by name became teams. Let the provider send fewer.")]
    private partial void LogTooMany(string accountId, int count, int most);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} linked to the OpenID Connect provider by account {ByAccountId}")]
    private partial void LogLinked(string accountId, string byAccountId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} unlinked from the OpenID Connect provider by account {ByAccountId}")]
    private partial void LogUnlinked(string accountId, string byAccountId);
}

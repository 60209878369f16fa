using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Creates the first administrator when there is no account yet, with a password from the configuration. The AppHost generates that
/// password, and shows it when this service reports that it was used (<see cref="WasMade"/>).
/// </summary>
internal sealed partial class FirstAdmin(
    IServiceScopeFactory scopes, IOptions<AccountOptions> options, TimeProvider clock, ILogger<FirstAdmin> logger) : IHostedService
{
    public string UserName => options.Value.FirstAdmin.UserName;

    /// <summary>Whether this start created the administrator or set this password again.</summary>
    public bool WasMade { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var wanted = options.Value.FirstAdmin;
        var isEmpty = !await db.Users.AnyAsync(cancellationToken);
        if (!isEmpty && !wanted.Reset)
        {
            return;
        }

        if (wanted.Password is not { Length: > 0 } password)
        {
            LogNobody();
            return;
        }

        var admin = await accounts.FindByNameAsync(wanted.UserName);
        if (admin is null)
        {
            admin = new Account
            {
                UserName = wanted.UserName, Role = AccountRole.Admin, MustChangePassword = true, CreatedAt = clock.GetUtcNow().UtcDateTime,
            };
            if (!await TryMakeAsync(accounts, db, admin, password))
            {
                return; // another replica was faster
            }
        }
        else
        {
            admin.Role = AccountRole.Admin;
            admin.MustChangePassword = true;
            await db.UserPasskeys.Where(passkey => passkey.UserId == admin.Id).ExecuteDeleteAsync(cancellationToken); // only whoever has the new password may get in
            await scope.ServiceProvider.GetRequiredService<SignInCounts>().ClearAllAsync(admin.Id, cancellationToken);
            Check(await accounts.RemovePasswordAsync(admin));
            Check(await accounts.AddPasswordAsync(admin, password)); // also saves the changes above, and ends every session of the account
        }

        WasMade = true;
        LogMade(admin.Id);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<bool> TryMakeAsync(UserManager<Account> accounts, AttendanceDb db, Account admin, string password)
    {
        try
        {
            var made = await accounts.CreateAsync(admin, password);
            if (made.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateUserName)))
            {
                return false;
            }

            Check(made);
            return true;
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception))
        {
            return false;
        }
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(
                $"{AccountOptions.Section}:FirstAdmin: the administrator could not be made: {string.Join(' ', result.Errors.Select(error => error.Description))}");
        }
    }

    [LoggerMessage(LogLevel.Information, "The first administrator was created or given a new password: account {AccountId}")]
    private partial void LogMade(string accountId);

    [LoggerMessage(LogLevel.Warning, "There is no account, so nobody can sign in: set Accounts:FirstAdmin:Password and start again")]
    private partial void LogNobody();
}

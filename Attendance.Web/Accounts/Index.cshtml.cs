using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Attendance.Web.Accounts.OpenId;
using Attendance.Web.Accounts.Passkeys;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>Lets administrators manage the accounts that may sign in.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class AccountsModel(
    UserManager<Account> accounts,
    TeamStore teamStore,
    SignInCounts counts,
    SignInSessions sessions,
    OpenIdProvider provider,
    OpenIdAccounts openIdAccounts,
    PasskeyStore passkeys,
    AttendanceDb db,
    TimeProvider clock,
    ILogger<AccountsModel> logger) : PageModel
{
    /// <summary>Leaves out characters that are easily confused when somebody reads them aloud or copies them by hand.</summary>
    private const string PasswordLetters = "abcdefghjkmnpqrstuvwxyz23456789";

    [BindProperty]
    [Required(ErrorMessage = "Enter a user name.")]
    public string? UserName { get; set; }

    [BindProperty]
    public bool IsAdmin { get; set; }

    public IReadOnlyList<Account> All { get; private set; } = [];

    /// <summary>The generated password, shown only once, right after it was created.</summary>
    public (string UserName, string Password)? Made { get; private set; }

    /// <summary>Whose sessions have just been ended, and how many there were.</summary>
    public (string UserName, int Sessions)? Ended { get; private set; }

    public OpenIdOptions Provider => provider.Options;

    private IReadOnlySet<string> _linked = new HashSet<string>(StringComparer.Ordinal);

    private AccountTeams? _teams;

    public string OwnId => User.AccountId();

    public IReadOnlySet<string> Locked { get; private set; } = new HashSet<string>(StringComparer.Ordinal);

    public bool IsLocked(Account account) => Locked.Contains(account.Id);

    public IReadOnlyList<string> TeamsOf(Account account) => _teams?.OfAccount(account.Id) ?? [];

    public bool IsLinked(Account account) => _linked.Contains(account.Id);

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAddAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid && !AccountNames.IsValid(UserName))
        {
            ModelState.AddModelError(nameof(UserName), T("The user name must be 2 to 64 letters, digits, '.', '_', '@' and '-', and begin with a letter or digit."));
        }

        if (ModelState.IsValid)
        {
            var account = new Account
            {
                UserName = UserName,
                Role = IsAdmin ? AccountRole.Admin : AccountRole.Operator,
                MustChangePassword = true,
                CreatedAt = clock.GetUtcNow().UtcDateTime,
            };
            var password = NewPassword();
            var added = await CreateAsync(account, password);
            if (added.Succeeded)
            {
                LogAdded(account.Id, account.Role, OwnId);
                Made = (account.UserName!, password);
                ModelState.Clear();
                (UserName, IsAdmin) = (null, false);
            }
            else
            {
                ModelState.AddModelError(nameof(UserName), string.Join(' ', added.Errors.Select(error => error.Description)));
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostResetAsync(string id, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // the form to add an account was not sent
        if (await accounts.FindByIdAsync(id) is not { } account)
        {
            return RedirectToPage();
        }

        var password = NewPassword();
        account.MustChangePassword = true;
        await accounts.RemovePasswordAsync(account); // this changes the security stamp, so everybody who signed in with the old password is signed out
        var given = await accounts.AddPasswordAsync(account, password);
        if (given.Succeeded)
        {
            await counts.ClearAllAsync(account.Id, cancellationToken);
            await passkeys.RemoveAllAsync(account.Id, CancellationToken.None);
            await sessions.EndAsync(account.Id, OwnId, null, null, CancellationToken.None);
            LogReset(account.Id, OwnId);
            Made = (account.UserName!, password);
        }
        else
        {
            ModelState.AddModelError("", T("The password could not be reset. Try again."));
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostTeamsAsync(string id, string? teams, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // the form to add an account was not sent
        var names = TeamNames.Split(teams);
        if (names.All(TeamNames.IsValid) && names.Count <= TeamNames.Most)
        {
            await teamStore.SetAsync(id, names, OwnId, cancellationToken);
            return RedirectToPage();
        }

        ModelState.AddModelError(
            "", T("The name of a team must have 1 to 32 small letters, digits, - or _, and begin with a letter or digit. An account may be in {0} teams at most.", TeamNames.Most));
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostSignOutAsync(string id, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // the form to add an account was not sent
        Ended = await accounts.FindByIdAsync(id) is { } account ? (account.UserName!, await sessions.EndAsync(id, OwnId, null, null, cancellationToken)) : null;
        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>
    /// Links an account to somebody at the provider. A password that somebody else knows goes with it: from now on there is a better way in.
    /// </summary>
    public async Task<IActionResult> OnPostLinkAsync(string id, string? subject, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // the form to add an account was not sent
        var wanted = subject?.Trim() ?? "";
        if (!provider.IsOn || await accounts.FindByIdAsync(id) is not { } account)
        {
            return RedirectToPage();
        }

        var problem = wanted.Length is 0 or > OpenIdOptions.SubjectLength || !Writing.CanBeWritten(wanted) ? T("Enter the subject (sub): what {0} calls the account, 1 to {1} characters.", Provider.Name, OpenIdOptions.SubjectLength)
            : await provider.ReadAsync(cancellationToken) is not { } known ? OpenIdProblem.WordsOf(OpenIdProblem.Away, Provider)
            : OpenIdProblem.WordsOf(await openIdAccounts.LinkAsync(id, known.Issuer, wanted, OwnId, cancellationToken), Provider);
        if (problem is null)
        {
            if (account.MustChangePassword)
            {
                account.MustChangePassword = false;
                await accounts.RemovePasswordAsync(account); // also saves the change above
            }

            return RedirectToPage();
        }

        ModelState.AddModelError("", problem);
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostUnlinkAsync(string id, CancellationToken cancellationToken)
    {
        await openIdAccounts.UnlinkAsync(id, OwnId, cancellationToken);
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string id, CancellationToken cancellationToken)
    {
        ModelState.Clear();
        if (id == OwnId)
        {
            ModelState.AddModelError("", T("You cannot delete the account that you are using. Another administrator can."));
        }
        else if (await accounts.FindByIdAsync(id) is { } account && (await accounts.DeleteAsync(account)).Succeeded)
        {
            LogDeleted(id, OwnId);
            await db.ForgetDeletedAsync(logger); // the deleted user name
            return RedirectToPage();
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task<IdentityResult> CreateAsync(Account account, string password)
    {
        try
        {
            return await accounts.CreateAsync(account, password);
        }
        catch (DbUpdateException exception) when (db.IsDuplicate(exception)) // another request was faster
        {
            return IdentityResult.Failed(accounts.ErrorDescriber.DuplicateUserName(account.UserName!));
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        _teams = await AccountTeams.ReadAsync(db, cancellationToken);
        _linked = await openIdAccounts.LinkedAsync(cancellationToken);
        Locked = await counts.LockedAsync(cancellationToken);
        All = await db.Users.AsNoTracking().OrderBy(account => account.NormalizedUserName).ToListAsync(cancellationToken);
    }

    private static string NewPassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(PasswordLetters, 5))); // about 99 bits

    [LoggerMessage(LogLevel.Information, "Account {AccountId} ({Role}) added by account {AdminId}")]
    private partial void LogAdded(string accountId, AccountRole role, string adminId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} given another password by account {AdminId}")]
    private partial void LogReset(string accountId, string adminId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} deleted by account {AdminId}")]
    private partial void LogDeleted(string accountId, string adminId);
}

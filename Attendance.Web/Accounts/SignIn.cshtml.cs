using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace Attendance.Web.Accounts;

[AllowAnonymous]
[EnableRateLimiting(AccountRegistration.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class SignInModel(
    SignInManager<Account> signIn, UserManager<Account> accounts, IPasswordHasher<Account> hasher, ILogger<SignInModel> logger) : PageModel
{
    /// <summary>Of no account: checking it, for one that there is not or that is locked, takes as long as checking a real one.</summary>
    private static readonly Account s_nobody = new();
    private static string? s_nobodysHash;

    [BindProperty]
    [Required(ErrorMessage = "Enter your user name.")]
    public string? UserName { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Enter your password.")]
    [DataType(DataType.Password)]
    public string? Password { get; set; }

    [BindProperty(Name = "return", SupportsGet = true)]
    public string? Return { get; set; }

    public IActionResult OnGet() => User.Identity?.IsAuthenticated == true ? GoOn() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var account = AccountNames.IsValid(UserName) ? await accounts.FindByNameAsync(UserName!) : null;
        if (account is null || await accounts.IsLockedOutAsync(account))
        {
            s_nobodysHash ??= hasher.HashPassword(s_nobody, Guid.NewGuid().ToString());
            hasher.VerifyHashedPassword(s_nobody, s_nobodysHash, Password!);
            if (account is null)
            {
                LogUnknown();
            }
            else
            {
                LogLocked(account.Id);
            }

            return Refuse();
        }

        if (!(await signIn.PasswordSignInAsync(account, Password!, isPersistent: false, lockoutOnFailure: true)).Succeeded)
        {
            LogWrong(account.Id);
            return Refuse();
        }

        LogSignedIn(account.Id);
        return account.MustChangePassword ? RedirectToPage("Password", new { @return = SafeReturn }) : GoOn();
    }

    /// <summary>To a place of ours only.</summary>
    private string SafeReturn => Url.IsLocalUrl(Return) ? Return : "/";

    private LocalRedirectResult GoOn() => LocalRedirect(SafeReturn);

    /// <summary>The same words whatever was wrong, so that nobody learns which accounts there are.</summary>
    private PageResult Refuse()
    {
        ModelState.AddModelError(
            "", "The user name or the password is wrong. After several wrong passwords an account is locked for a while: then wait, or ask an administrator.");
        return Page();
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in")]
    private partial void LogSignedIn(string accountId);

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: wrong password")]
    private partial void LogWrong(string accountId);

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: locked")]
    private partial void LogLocked(string accountId);

    [LoggerMessage(LogLevel.Warning, "A sign-in named no account")]
    private partial void LogUnknown();
}

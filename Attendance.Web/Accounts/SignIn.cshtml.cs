using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace Attendance.Web.Accounts;

[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class SignInModel(
    SignInManager<Account> signIn, UserManager<Account> accounts, PasswordAttempts attempts, SignInSessions sessions, ILogger<SignInModel> logger) : PageModel
{
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
        var outcome = await attempts.TryAsync(HttpContext, account, UserName, Password!);
        if (account is null || outcome != PasswordOutcome.Right)
        {
            LogRefused(outcome, account?.Id);
            return Refuse();
        }

        await signIn.SignInAsync(account, await sessions.BeginAsync(account.Id, SessionStart.Of(SignInWay.Password, Request)));
        LogSignedIn(account.Id);
        return account.MustChangePassword ? RedirectToPage("Password", new { @return = SafeReturn }) : GoOn();
    }

    /// <summary>The return address if it is on this site, otherwise the start page.</summary>
    private string SafeReturn => LocalReturn.Of(Url, Return);

    private LocalRedirectResult GoOn() => LocalRedirect(SafeReturn);

    /// <summary>Shows the same message whatever was wrong, so that nobody can find out which accounts exist.</summary>
    private PageResult Refuse()
    {
        ModelState.AddModelError(
            "", "The user name or the password is wrong. After several wrong passwords an account is locked for a while: then wait, use a browser in which you have signed in before, or ask an administrator.");
        return Page();
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in")]
    private partial void LogSignedIn(string accountId);

    private void LogRefused(PasswordOutcome outcome, string? accountId)
    {
        if (accountId is null)
        {
            LogUnknown();
        }
        else if (outcome == PasswordOutcome.Locked)
        {
            LogLocked(accountId);
        }
        else
        {
            LogWrong(accountId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: wrong password")]
    private partial void LogWrong(string accountId);

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: locked")]
    private partial void LogLocked(string accountId);

    [LoggerMessage(LogLevel.Warning, "A sign-in named an account that does not exist")]
    private partial void LogUnknown();
}

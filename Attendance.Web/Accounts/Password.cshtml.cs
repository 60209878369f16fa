using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class PasswordModel(
    SignInManager<Account> signIn, UserManager<Account> accounts, PasswordAttempts attempts, SignInCounts counts, SignInSessions sessions,
    ILogger<PasswordModel> logger) : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Enter the password that you have now.")]
    [DataType(DataType.Password)]
    public string? Current { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Enter a new password.")]
    [StringLength(256, MinimumLength = AccountOptions.ShortestPassword, ErrorMessage = "A password has {2} to {1} characters.")]
    [DataType(DataType.Password)]
    public string? New { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Enter the new password once more.")]
    [Compare(nameof(New), ErrorMessage = "This is not the same password.")]
    [DataType(DataType.Password)]
    public string? Again { get; set; }

    [BindProperty(Name = "return", SupportsGet = true)]
    public string? Return { get; set; }

    public bool IsForced => User.HasClaim(claim => claim.Type == AccountClaims.MustChangePassword);

    public async Task<IActionResult> OnPostAsync()
    {
        if (await accounts.GetUserAsync(User) is not { } account)
        {
            return Challenge();
        }

        if (ModelState.IsValid && Current == New)
        {
            ModelState.AddModelError(nameof(New), T("Choose another password than the one you have."));
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        // This counts as a sign-in attempt, so that nobody can guess the password on a page that was left open.
        if (await attempts.TryAsync(HttpContext, account, account.UserName, Current!) != PasswordOutcome.Right)
        {
            ModelState.AddModelError(nameof(Current), T("This is not the password that you have now, or the account is locked for a while."));
            return Page();
        }

        account.MustChangePassword = false; // saved together with the new password
        var changed = await accounts.ChangePasswordAsync(account, Current!, New!);
        if (!changed.Succeeded)
        {
            foreach (var error in changed.Errors)
            {
                ModelState.AddModelError(nameof(New), error.Description);
            }

            return Page();
        }

        await counts.ClearAllAsync(account.Id, HttpContext.RequestAborted);
        LogChanged(account.Id);
        await signIn.RefreshSignInAsync(account); // this browser stays signed in, and all others are signed out
        var own = SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
        await sessions.EndAsync(account.Id, account.Id, null, own, CancellationToken.None);
        return LocalRedirect(LocalReturn.Of(Url, Return));
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} changed its password")]
    private partial void LogChanged(string accountId);
}

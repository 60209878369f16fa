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
    /// <summary>Of no account: checking it takes as long as checking that of one that there is.</summary>
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

        if (await accounts.FindByNameAsync(UserName!) is not { } account)
        {
            s_nobodysHash ??= hasher.HashPassword(s_nobody, Guid.NewGuid().ToString());
            hasher.VerifyHashedPassword(s_nobody, s_nobodysHash, Password!);
            LogUnknown();
            return Refuse();
        }

        var result = await signIn.PasswordSignInAsync(account, Password!, isPersistent: false, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            LogRefused(account.Id, result.IsLockedOut ? "locked" : "wrong password");
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

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: {Cause}")]
    private partial void LogRefused(string accountId, string cause);

    [LoggerMessage(LogLevel.Warning, "A sign-in named no account")]
    private partial void LogUnknown();
}

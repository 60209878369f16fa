using System.ComponentModel.DataAnnotations;
using System.Net.Mime;
using Attendance.Web.Accounts.OpenId;
using Attendance.Web.Accounts.Passkeys;
using Attendance.Web.Data;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.WebUtilities;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class SignInModel(
    SignInManager<Account> signIn,
    UserManager<Account> accounts,
    PasswordAttempts attempts,
    SignInSessions sessions,
    OpenIdProvider provider,
    OpenIdAccounts openIdAccounts,
    PasskeyStore passkeys,
    KnownDevices devices,
    SignInMetrics metrics,
    ILogger<SignInModel> logger) : PageModel
{
    /// <summary>The values of <see cref="State"/> and <see cref="With"/>.</summary>
    public const string SignedOutState = "signed_out", PasswordWord = "password";

    [BindProperty]
    [Required(ErrorMessage = "Enter your user name.")]
    public string? UserName { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Enter your password.")]
    [DataType(DataType.Password)]
    public string? Password { get; set; }

    [BindProperty(Name = "return", SupportsGet = true)]
    public string? Return { get; set; }

    /// <summary>Why a sign-in at the provider led to nothing.</summary>
    [BindProperty(Name = "problem", SupportsGet = true)]
    public string? Problem { get; set; }

    /// <summary>Shows the form for passwords to the first administrator where nobody else has one.</summary>
    [BindProperty(Name = "with", SupportsGet = true)]
    public string? With { get; set; }

    /// <summary>Set to the code of the state in which the provider may be signed out of too.</summary>
    [BindProperty(Name = "state", SupportsGet = true)]
    public string? State { get; set; }

    public OpenIdOptions Provider => provider.Options;

    public string? ProblemWords => OpenIdProblem.WordsOf(Problem, provider.Options);

    public bool ShowsPasswords => !provider.Options.OnlyWay || With == PasswordWord || HttpMethods.IsPost(Request.Method);

    public bool OffersSignOutAtProvider { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (User.Identity?.IsAuthenticated == true)
        {
            return GoOn();
        }

        OffersSignOutAtProvider = provider.IsOn && State == SignedOutState
            && (await provider.ReadAsync(HttpContext.RequestAborted))?.EndSessionEndpoint is { Length: > 0 };
        return Page();
    }

    /// <summary>Sends the browser to the provider. This is a link and no form, because a form may lead to this site only.</summary>
    public async Task<IActionResult> OnGetOpenIdAsync()
    {
        if (!provider.IsOn)
        {
            return NotFound();
        }

        return User.Identity?.IsAuthenticated == true ? GoOn()
            : await provider.ReadAsync(HttpContext.RequestAborted) is null ? RedirectToPage(new { problem = OpenIdProblem.Away, @return = SafeReturn })
            : Challenge(OpenIdSignIn.Begin(SafeReturn), OpenIdRegistration.Scheme);
    }

    /// <summary>Sends a browser that is signed out here to the provider, to sign out there as well.</summary>
    public async Task<IActionResult> OnGetAtProviderAsync() =>
        provider.IsOn && (await provider.ReadAsync(HttpContext.RequestAborted))?.EndSessionEndpoint is { Length: > 0 } end
            ? Redirect(QueryHelpers.AddQueryString(end, new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["client_id"] = provider.Options.ClientId,
                ["post_logout_redirect_uri"] = $"{Request.Scheme}://{Request.Host}{AccountRegistration.SignInPath}",
            }))
            : LocalRedirect(AccountRegistration.SignInPath);

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var account = AccountNames.IsValid(UserName) ? await accounts.FindByNameAsync(UserName!) : null;
        var outcome = await attempts.TryAsync(HttpContext, account, UserName, Password!);
        if (account is null || outcome != PasswordOutcome.Right || !MaySignInHere(account))
        {
            metrics.Refused(SignInWay.Password);
            LogRefused(outcome, account?.Id);
            return Refuse();
        }

        return await SignInAsync(account, SignInWay.Password);
    }

    /// <summary>Returns the question that a browser answers by a passkey.</summary>
    public async Task<IActionResult> OnGetPasskeyOptionsAsync() => Content(await passkeys.AskAsync(), MediaTypeNames.Application.Json);

    /// <summary>
    /// Signs in by a passkey. Nobody can guess one, so it neither counts among wrong passwords nor is stopped by a lock that strangers have
    /// caused; the number of attempts for an address is limited all the same.
    /// </summary>
    public async Task<IActionResult> OnPostPasskeyAsync(string? credential)
    {
        ModelState.Clear(); // the form for passwords was not sent
        if (await passkeys.CheckAsync(credential, HttpContext.RequestAborted) is not { } account || !MaySignInHere(account))
        {
            metrics.Refused(SignInWay.Passkey);
            LogRefusedPasskey();
            ModelState.AddModelError("", T("This passkey does not sign anybody in here, or it took too long. Try again, or use your password."));
            return Page();
        }

        devices.Remember(HttpContext, account);
        return await SignInAsync(account, SignInWay.Passkey);
    }

    private bool MaySignInHere(Account account) => !provider.Options.OnlyWay || openIdAccounts.IsFirstAdmin(account.UserName!);

    private async Task<IActionResult> SignInAsync(Account account, SignInWay way)
    {
        await signIn.SignInAsync(account, await sessions.BeginAsync(account.Id, SessionStart.Of(way, Request)));
        metrics.SignedIn(way);
        LogSignedIn(account.Id, way);
        return account.MustChangePassword ? RedirectToPage("Password", new { @return = SafeReturn }) : GoOn();
    }

    /// <summary>The return address if it is on this site, otherwise the start page.</summary>
    private string SafeReturn => LocalReturn.Of(Url, Return);

    private LocalRedirectResult GoOn() => LocalRedirect(SafeReturn);

    /// <summary>Shows the same message whatever was wrong, so that nobody can find out which accounts exist.</summary>
    private PageResult Refuse()
    {
        ModelState.AddModelError(
            "", T("The user name or the password is wrong. After several wrong passwords an account is locked for a while: then wait, use a browser in which you have signed in before, or ask an administrator."));
        return Page();
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in ({Way})")]
    private partial void LogSignedIn(string accountId, SignInWay way);

    [LoggerMessage(LogLevel.Warning, "A passkey was refused")]
    private partial void LogRefusedPasskey();

    private void LogRefused(PasswordOutcome outcome, string? accountId)
    {
        if (accountId is null)
        {
            LogUnknown();
        }
        else if (outcome == PasswordOutcome.Right)
        {
            LogNotThisWay(accountId);
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

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: OpenID Connect is the only way in (OpenIdConnect:OnlyWay)")]
    private partial void LogNotThisWay(string accountId);

    [LoggerMessage(LogLevel.Warning, "Account {AccountId} was not signed in: locked")]
    private partial void LogLocked(string accountId);

    [LoggerMessage(LogLevel.Warning, "A sign-in named an account that does not exist")]
    private partial void LogUnknown();
}

using System.Net.Mime;
using Attendance.Web.Accounts.OpenId;
using Attendance.Web.Accounts.Passkeys;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Accounts;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MeModel(
    SignInManager<Account> signIn, UserManager<Account> accounts, SignInSessions sessions, OpenIdProvider provider, OpenIdAccounts openIdAccounts, PasskeyStore passkeys) : PageModel
{
    [BindProperty(Name = "problem", SupportsGet = true)]
    public string? Problem { get; set; }

    public string? ProblemWords => OpenIdProblem.WordsOf(Problem, provider.Options);

    public OpenIdOptions Provider => provider.Options;

    public bool HasPassword { get; private set; }

    public bool IsLinked { get; private set; }

    public IReadOnlyList<PasskeyRow> Passkeys { get; private set; } = [];

    /// <summary>Why no passkey was added.</summary>
    public string? PasskeyProblem { get; private set; }

    public IReadOnlyList<SignInSession> Sessions { get; private set; } = [];

    /// <summary>The id of the session in which the page is shown.</summary>
    public string? OwnSession { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        OwnSession = SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
        Sessions = await sessions.ListAsync(User.AccountId(), cancellationToken);
        HasPassword = (await accounts.GetUserAsync(User))?.PasswordHash is not null;
        IsLinked = await openIdAccounts.IsLinkedAsync(User.AccountId(), cancellationToken);
        Passkeys = await passkeys.ListAsync(User.AccountId(), cancellationToken);
    }

    /// <summary>Signs out in this browser.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        var properties = (await HttpContext.AuthenticateAsync()).Properties;
        await signIn.SignOutAsync();
        if (SignInSessions.IdOf(properties) is { } session)
        {
            await sessions.EndAsync(session); // this makes every copy of the cookie invalid
        }

        return provider.IsOn && SignInSessions.WayOf(properties) == SignInWay.OpenIdConnect
            ? RedirectToPage("SignIn", new { state = SignInModel.SignedOutState })
            : LocalRedirect(AccountRegistration.SignInPath);
    }

    /// <summary>Signs out in another browser.</summary>
    public async Task<IActionResult> OnPostEndAsync(string? session, CancellationToken cancellationToken)
    {
        if (session is { Length: > 0 })
        {
            await sessions.EndAsync(User.AccountId(), User.AccountId(), session, await OwnAsync(), cancellationToken);
        }

        return RedirectToPage();
    }

    /// <summary>Signs out everywhere but in this browser.</summary>
    public async Task<IActionResult> OnPostEndOthersAsync(CancellationToken cancellationToken)
    {
        await sessions.EndAsync(User.AccountId(), User.AccountId(), null, await OwnAsync(), cancellationToken);
        return RedirectToPage();
    }

    /// <summary>
    /// Sends the browser to the provider, to link the account of there. Only a link of this page may do so: otherwise another site could link
    /// an account of its choice to the account of whoever follows its link.
    /// </summary>
    public async Task<IActionResult> OnGetLinkAsync(CancellationToken cancellationToken)
    {
        if (!provider.IsOn)
        {
            return NotFound();
        }

        return Request.Headers["Sec-Fetch-Site"] != "same-origin" || await OwnAsync() is not { } session ? RedirectToPage(new { problem = OpenIdProblem.SignedInAgain })
            : await provider.ReadAsync(cancellationToken) is null ? RedirectToPage(new { problem = OpenIdProblem.Away })
            : Challenge(OpenIdSignIn.Begin(Url.Page("Me")!, session), OpenIdRegistration.Scheme);
    }

    /// <summary>Unlinks the account of the provider, as long as there is another way in.</summary>
    public async Task<IActionResult> OnPostUnlinkAsync(CancellationToken cancellationToken)
    {
        if ((await accounts.GetUserAsync(User))?.PasswordHash is not null)
        {
            await openIdAccounts.UnlinkAsync(User.AccountId(), User.AccountId(), cancellationToken);
        }

        return RedirectToPage();
    }

    /// <summary>Returns the question that a browser answers by a new passkey. They are for accounts with a password, which they stand in for.</summary>
    public async Task<IActionResult> OnGetPasskeyOptionsAsync() =>
        await accounts.GetUserAsync(User) is { PasswordHash: not null } account ? Content(await passkeys.AskForNewAsync(account), MediaTypeNames.Application.Json) : NotFound();

    public async Task<IActionResult> OnPostAddPasskeyAsync(string? name, string? credential, CancellationToken cancellationToken)
    {
        if (await accounts.GetUserAsync(User) is not { PasswordHash: not null } account)
        {
            return NotFound();
        }

        PasskeyProblem = await passkeys.AddAsync(account, name, credential, cancellationToken);
        if (PasskeyProblem is null)
        {
            return RedirectToPage();
        }

        await OnGetAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRemovePasskeyAsync(string? passkey, CancellationToken cancellationToken)
    {
        await passkeys.RemoveAsync(User.AccountId(), passkey, cancellationToken);
        return RedirectToPage();
    }

    private async Task<string?> OwnAsync() => SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
}

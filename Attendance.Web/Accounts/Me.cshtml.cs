using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Accounts;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MeModel(SignInManager<Account> signIn, SignInSessions sessions) : PageModel
{
    public IReadOnlyList<SignInSession> Sessions { get; private set; } = [];

    /// <summary>The id of the session in which the page is shown.</summary>
    public string? OwnSession { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        OwnSession = SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
        Sessions = await sessions.ListAsync(User.AccountId(), cancellationToken);
    }

    /// <summary>Signs out in this browser.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        var session = SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
        await signIn.SignOutAsync();
        if (session is not null)
        {
            await sessions.EndAsync(session); // this makes every copy of the cookie invalid
        }

        return LocalRedirect(AccountRegistration.SignInPath);
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

    private async Task<string?> OwnAsync() => SignInSessions.IdOf((await HttpContext.AuthenticateAsync()).Properties);
}

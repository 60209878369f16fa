using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Accounts;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MeModel(SignInManager<Account> signIn, SignInSessions sessions) : PageModel
{
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
}

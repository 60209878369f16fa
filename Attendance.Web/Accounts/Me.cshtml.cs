using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Accounts;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MeModel(SignInManager<Account> signIn) : PageModel
{
    public async Task<IActionResult> OnPostAsync()
    {
        await signIn.SignOutAsync();
        return LocalRedirect(AccountRegistration.SignInPath);
    }
}

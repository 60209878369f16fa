using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.CheckIn.Phones;

/// <summary>Shows a person's QR code on their own phone.</summary>
[Authorize(PhoneSignIn.PhonesOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MyCodeModel(PhoneStore phones) : PageModel
{
    /// <summary>The first name only: others see the phone.</summary>
    public string FirstName { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (User.PhoneId() is not { } id || await phones.FirstNameAsync(id, cancellationToken) is not { } name)
        {
            return LocalRedirect(PhoneSignIn.SetupPath);
        }

        FirstName = name;
        return Page();
    }
}

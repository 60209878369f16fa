using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace Attendance.Web.Kiosks;

/// <summary>Makes this device a kiosk, by a one-time code.</summary>
[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class SetupModel(KioskStore kiosks) : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Enter the code.")]
    [StringLength(40, ErrorMessage = "The code has 8 characters.")]
    public string? Code { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        if (await kiosks.SetUpAsync(Code, cancellationToken) is not { } kiosk)
        {
            ModelState.AddModelError(nameof(Code), "This code is not valid. It works once, for a few minutes: an administrator can make another.");
            return Page();
        }

        await KioskSignIn.SignInAsync(HttpContext, kiosk);
        return LocalRedirect("/kiosk");
    }
}

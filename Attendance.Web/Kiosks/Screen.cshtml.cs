using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Kiosks;

/// <summary>The screen of a kiosk.</summary>
[Authorize(KioskSignIn.KiosksOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ScreenModel(KioskValidity kiosks, IAntiforgery antiforgery) : PageModel
{
    public Kiosk Kiosk { get; private set; } = null!;

    /// <summary>The request token against forged requests. The page sends it with everything.</summary>
    public string RequestToken { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (User.KioskId() is not { } id || await kiosks.FindAsync(id, cancellationToken) is not { } kiosk)
        {
            return LocalRedirect(KioskSignIn.SetupPath);
        }

        Kiosk = kiosk;
        RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
        return Page();
    }
}

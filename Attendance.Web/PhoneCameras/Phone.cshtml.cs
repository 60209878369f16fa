using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.PhoneCameras;

/// <summary>The page of a paired phone: it shows what its camera sees, and publishes it.</summary>
[Authorize(PhoneCameraSignIn.PhoneCamerasOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PhoneModel(IAntiforgery antiforgery) : PageModel
{
    public string CameraId { get; private set; } = "";

    /// <summary>The request token against forged requests. The page sends it when it ends the pairing.</summary>
    public string RequestToken { get; private set; } = "";

    public void OnGet()
    {
        CameraId = User.PairedCamera()!;
        RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
    }
}

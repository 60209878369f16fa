using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Operations;

/// <summary>How every camera is now, and what can be done about it: for administrators.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OperationsModel(IAntiforgery antiforgery) : PageModel
{
    /// <summary>Against forged requests; the page sends it with what it does.</summary>
    public string RequestToken { get; private set; } = "";

    public void OnGet() => RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
}

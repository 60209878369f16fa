using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Operations;

/// <summary>Shows administrators the state of every camera, and lets them act on it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OperationsModel(IAntiforgery antiforgery) : PageModel
{
    /// <summary>The request token against forged requests. The page sends it with every command.</summary>
    public string RequestToken { get; private set; } = "";

    public void OnGet() => RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
}

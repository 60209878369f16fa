using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Accounts;

/// <summary>A page that signs a device in by a one-time code. Its form is <c>_DeviceSetup.cshtml</c>.</summary>
[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal abstract class DeviceSetupModel : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Enter the code.")]
    [StringLength(40, ErrorMessage = "The code has fewer characters.")]
    [Display(Name = "One-time code")]
    public string? Code { get; set; }

    /// <summary>What the button of the form says.</summary>
    public abstract string Action { get; }

    /// <summary>What the field of the code is called.</summary>
    public virtual string Label => T("One-time code");

    /// <summary>What is said of a code that is not valid.</summary>
    protected virtual string Refusal => T("This code is not valid. It works once, for a few minutes: ask for another.");

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        if (await TrySignInAsync(Code!, cancellationToken) is { } next)
        {
            return LocalRedirect(next);
        }

        ModelState.AddModelError(nameof(Code), Refusal);
        return Page();
    }

    /// <returns>The page that is shown next, or null if the code is not valid.</returns>
    protected abstract Task<string?> TrySignInAsync(string code, CancellationToken cancellationToken);
}

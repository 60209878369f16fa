using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace Attendance.Web.CheckIn.Phones;

/// <summary>Makes this phone a person's own, by a one-time code. The code comes behind the # of a link, which is sent to no server.</summary>
[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PhoneSetupModel(PhoneStore phones) : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Enter the code.")]
    [StringLength(40, ErrorMessage = "The code has 8 characters.")]
    [Display(Name = "One-time code")]
    public string? Code { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        if (await phones.SetUpAsync(Code, cancellationToken) is not { } phone)
        {
            ModelState.AddModelError(nameof(Code), "This code is not valid. It works once, for a few minutes: ask for another.");
            return Page();
        }

        await PhoneSignIn.SignInAsync(HttpContext, phone);
        return LocalRedirect("/my-code");
    }
}

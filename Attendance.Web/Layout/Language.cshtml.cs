using Attendance.Web.Languages;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Layout;

/// <summary>Changes the language of this browser and goes back. It needs no sign-in, because the page for that has languages too.</summary>
[AllowAnonymous]
[IgnoreAntiforgeryToken] // a page with a token is not kept in the back/forward cache; other sites are refused anyway (SameOriginOnly), and could change a language only
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class LanguageModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/");

    public IActionResult OnPost(string? language, [FromQuery(Name = "return")] string? wanted)
    {
        if (SupportedLanguages.Find(language) is not { } chosen)
        {
            return BadRequest();
        }

        LanguageChoice.Remember(HttpContext, chosen);
        return LocalRedirect(LocalReturn.Of(Url, wanted));
    }
}

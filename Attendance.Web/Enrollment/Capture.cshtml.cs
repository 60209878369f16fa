using System.Text.Json;
using Attendance.Web.Faces.Quality;
using Attendance.Web.People;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Enrollment;

/// <summary>The page on which one person's pictures are taken.</summary>
[RunsWebAssembly]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class CaptureModel(PeopleStore people, ConsentRules consents, IAntiforgery antiforgery, IOptions<ShotLimits> limits) : PageModel
{
    public Guid PersonId { get; private set; }

    public string PersonName { get; private set; } = "";

    /// <summary>The request token against forged requests. The page sends it with every change.</summary>
    public string RequestToken { get; private set; } = "";

    /// <summary>The limits by which the page judges whether a shot is good.</summary>
    public string LimitsJson { get; } = JsonSerializer.Serialize(limits.Value, JsonSerializerOptions.Web);

    public async Task<IActionResult> OnGetAsync([FromRoute] Guid id, CancellationToken cancellationToken)
    {
        if (await people.FindAsync(id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        if (person.Consent is null || await consents.UsableAsync([id], cancellationToken) is [])
        {
            return LocalRedirect($"/people/{id}"); // the page on which consent is recorded
        }

        (PersonId, PersonName) = (person.Id, person.FullName);
        RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
        return Page();
    }
}

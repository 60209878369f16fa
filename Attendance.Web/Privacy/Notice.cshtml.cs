using Attendance.Web.People;
using Attendance.Web.Retention;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Privacy;

/// <summary>Tells everybody what is stored, for how long, and what they may ask for. It is the same for everybody of a language, so it may be kept by whoever passes it on.</summary>
[AllowAnonymous]
[ResponseCache(Duration = KeptSeconds, Location = ResponseCacheLocation.Any, VaryByHeader = "Accept-Language, Cookie")]
internal sealed class NoticeModel(RetentionSchedule schedule, ConsentTexts consent, IOptions<ConsentOptions> renewal, IOptions<PrivacyOptions> options) : PageModel
{
    private const int KeptSeconds = 300;

    public IReadOnlyList<RetentionRule> Schedule => schedule.Rules;

    public ConsentTexts Consent => consent;

    public ConsentOptions Renewal => renewal.Value;

    public PrivacyOptions Options => options.Value;
}

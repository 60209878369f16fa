using System.Text.Json;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Enrollment;

/// <summary>One person in front of a camera.</summary>
[RunsWebAssembly]
internal sealed class CaptureModel : PageModel
{
    public Guid PersonId { get; private set; }

    public string PersonName { get; private set; } = "this person";

    /// <summary>Against forged requests; the page sends it with what it writes.</summary>
    public string RequestToken { get; private set; } = "";

    /// <summary>What makes a shot good, for the page to judge by.</summary>
    public string LimitsJson { get; private set; } = JsonSerializer.Serialize(new
    {
        minWidth = 480, minHeight = 360, minSize = 0.12, maxSize = 0.40, maxOffset = 0.20, minBrightness = 60, maxBrightness = 205,
        minSharpness = 60, maxFrontYaw = 0.14, minTurn = 0.18, maxTurn = 0.80, minNod = 0.06, minFrontPitch = 0.28, maxFrontPitch = 0.64,
    });

    public void OnGet(Guid id) => PersonId = id;
}

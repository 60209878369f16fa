using Attendance.Web.Rights;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Cameras;

internal sealed class BrowserModel(CurrentRights rights) : PageModel
{
    private static readonly CameraPattern? s_published = CameraPattern.TryParse(PublishedCamera.Prefix + "*", out var pattern) ? pattern : null;

    /// <summary>
    /// Whether the account may publish any camera. Which one it would be follows from the browser's profile and device, and is known when the
    /// page asks.
    /// </summary>
    public bool MayPublish { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) => MayPublish = (await rights.ReadAsync(cancellationToken)).MayAny(User, CameraRight.Publish, s_published!);
}

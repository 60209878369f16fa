using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Cameras;

internal sealed class CameraModel(CameraDirectory cameras) : PageModel
{
    public string Id { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync([FromRoute] string id, CancellationToken cancellationToken)
    {
        Id = id;
        return await cameras.FindAsync(id, cancellationToken) == CameraPresence.Unknown ? NotFound() : Page();
    }
}

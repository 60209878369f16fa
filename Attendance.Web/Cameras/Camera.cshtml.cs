using Attendance.Web.Rights;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Cameras;

internal sealed class CameraModel(CameraDirectory cameras, CurrentRights rights) : PageModel
{
    public string Id { get; private set; } = "";

    public bool MayWatch { get; private set; }

    public bool MayBorrow { get; private set; }

    public async Task<IActionResult> OnGetAsync([FromRoute] string id, CancellationToken cancellationToken)
    {
        Id = id;
        var book = await rights.ReadAsync(cancellationToken);
        (MayWatch, MayBorrow) = (book.May(User, CameraRight.Watch, id), book.May(User, CameraRight.Borrow, id));
        if (!MayWatch)
        {
            Response.StatusCode = StatusCodes.Status403Forbidden; // whether or not there is such a camera
            return Page();
        }

        return await cameras.FindAsync(id, cancellationToken) == CameraPresence.Unknown ? NotFound() : Page();
    }
}

using Attendance.Web.Rights;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Cameras;

internal sealed class BrowserModel(CurrentRights rights) : PageModel
{
    public bool MayPublish { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) => MayPublish = (await rights.ReadAsync(cancellationToken)).MayPublish(User);
}

using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Schedules;

[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class SchedulesModel(ScheduleStore schedules) : PageModel
{
    public IReadOnlyList<ScheduleRow> All { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => All = await schedules.ListAsync(cancellationToken);
}

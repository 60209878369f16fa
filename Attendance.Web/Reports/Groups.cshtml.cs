using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Reports;

/// <summary>Lists the groups, to choose the one whose people a report is of.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class GroupReportsModel(GroupStore groups) : PageModel
{
    public IReadOnlyList<GroupRow> All { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => All = await groups.ListAsync(cancellationToken);
}

using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports;

/// <summary>The report of a group: how often each of its people got each mark.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class GroupReportModel(AttendanceReports reports, GroupStore groups, IOptions<ScheduleOptions> schedules, TimeProvider clock) : ReportPageModel(schedules, clock)
{
    [FromRoute]
    public Guid Id { get; set; }

    public Group Group { get; private set; } = null!;

    public IReadOnlyList<PersonTotals> People { get; private set; } = [];

    public MarkCounts Total => People.Aggregate(new MarkCounts(), (sum, person) => sum + person.Counts);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await groups.FindAsync(Id, cancellationToken) is not { } group)
        {
            return NotFound();
        }

        ReadRange();
        Group = group;
        People = await reports.PeopleAsync(new(Range, GroupId: Id), Order, cancellationToken);
        return Page();
    }
}

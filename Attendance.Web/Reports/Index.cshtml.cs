using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports;

/// <summary>The report by session: how often each mark was given in each of them.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class SessionsReportModel(AttendanceReports reports, GroupStore groups, IOptions<ScheduleOptions> schedules, TimeProvider clock) : ReportPageModel(schedules, clock)
{
    [FromQuery(Name = "group")]
    public Guid? Group { get; set; }

    [FromQuery(Name = "number")]
    public int Number { get; set; } = 1;

    public SessionsPage Shown { get; private set; } = new([], 1, 1, 0);

    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];

    public override IReadOnlyList<(string Name, string Value)> Kept => [.. base.Kept, .. Group is { } id ? [("group", id.ToString())] : Array.Empty<(string, string)>()];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        ReadRange();
        Groups = await groups.ListAsync(cancellationToken);
        Shown = await reports.SessionsAsync(new(Range, Group), Order, Number, cancellationToken);
    }
}

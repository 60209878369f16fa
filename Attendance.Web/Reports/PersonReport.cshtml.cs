using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Reports;

/// <summary>The report of a person: every session with its mark, when they came and left, and how long they were there.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonReportModel(AttendanceReports reports, PeopleStore people, IOptions<ScheduleOptions> schedules, TimeProvider clock) : ReportPageModel(schedules, clock)
{
    [FromRoute]
    public Guid Id { get; set; }

    public Person Person { get; private set; } = null!;

    public IReadOnlyList<HistoryRow> Rows { get; private set; } = [];

    public MarkCounts Counts => MarkCounts.Of(Rows.Select(row => row.Result.Mark));

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        ReadRange();
        Person = person;
        Rows = await reports.PersonAsync(new(Range, PersonId: Id), cancellationToken);
        return Page();
    }
}

using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.CheckIn;

/// <summary>Shows a person's marks in the latest sessions.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class HistoryModel(AttendanceSheets sheets, PeopleStore people) : PageModel
{
    public const int Most = 100;

    [FromRoute]
    public Guid Id { get; set; }

    public Person Person { get; private set; } = null!;

    public IReadOnlyList<HistoryRow> Rows { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        Person = person;
        Rows = await sheets.HistoryAsync(Id, Most, cancellationToken);
        return Page();
    }
}

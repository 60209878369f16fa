using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Reports.Calendars;

/// <summary>Lists the calendars that others subscribe to, adds one, and revokes one.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class CalendarsModel(CalendarStore calendars, GroupStore groups) : PageModel
{
    [BindProperty]
    public CalendarForm Form { get; set; } = new();

    public IReadOnlyList<CalendarRow> All { get; private set; } = [];

    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];

    /// <summary>The address of a calendar, shown only once, right after it was made.</summary>
    public string? Issued { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            var place = string.IsNullOrWhiteSpace(Form.Place) ? null : Writing.Tidy(Form.Place);
            if (await calendars.AddAsync(Form.Group, place, User.AccountId(), cancellationToken) is { } token)
            {
                Issued = $"{Request.Scheme}://{Request.Host}/calendar/{token}.ics";
                Form = new();
                ModelState.Clear();
            }
            else
            {
                ModelState.AddModelError("Form.Group", T("This group is not there any more. Choose another one."));
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await calendars.RevokeAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/reports/calendars");
    }

    private async Task LoadAsync(CancellationToken cancellationToken) =>
        (All, Groups) = (await calendars.ListAsync(cancellationToken), await groups.ListAsync(cancellationToken));
}

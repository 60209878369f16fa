using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Adds a single session, which has the rules that new schedules begin with.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewSessionModel(AttendanceSessionStore sessions, GroupStore groups, IOptions<ScheduleOptions> defaults, TimeProvider clock) : PageModel
{
    [BindProperty]
    public SingleSessionForm Form { get; set; } = new();

    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var zone = defaults.Value.Zone;
        Form = new() { Zone = zone, Day = Zones.DayOf(zone, clock.GetUtcNow().UtcDateTime), Duration = 60 };
        Groups = await groups.ListAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Groups = await groups.ListAsync(cancellationToken);
        if (ModelState.IsValid && Form.Groups.Any(id => Groups.All(group => group.Id != id)))
        {
            ModelState.AddModelError("Form.Groups", T("A group was deleted meanwhile. Choose the groups again."));
        }

        if (ModelState.IsValid)
        {
            if (await sessions.AddAsync(Form.ToSession(), User.AccountId(), cancellationToken) is { } session)
            {
                return LocalRedirect($"/schedules/sessions/{session.Id}");
            }

            ModelState.AddModelError("Form.Day", T("This day is in a closed period."));
        }

        return Page();
    }
}

using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Adds a schedule, after its next dates were shown.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewScheduleModel(
    ScheduleStore schedules, GroupStore groups, SchedulePreview preview, IOptions<CheckInOptions> options, IOptions<ScheduleOptions> defaults, TimeProvider clock) : PageModel
{
    [BindProperty]
    public ScheduleForm Form { get; set; } = new();

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Form = ScheduleForm.From(options.Value, defaults.Value.Zone, Zones.DayOf(defaults.Value.Zone, Now));
        await LoadAsync(cancellationToken);
    }

    public Task<IActionResult> OnPostPreviewAsync(CancellationToken cancellationToken) => ShowDatesAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid || Form.Shown != Form.Outline)
        {
            return await ShowDatesAsync(cancellationToken);
        }

        var schedule = Form.ToSchedule(options.Value.ClosesAfter, Now);
        if (await schedules.AddAsync(schedule, [.. Form.Groups.Distinct()], User.AccountId(), cancellationToken) == ScheduleOutcome.Saved)
        {
            return LocalRedirect($"/schedules/{schedule.Id}");
        }

        ModelState.AddModelError("", T("A group was deleted meanwhile. Choose the groups again."));
        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task<IActionResult> ShowDatesAsync(CancellationToken cancellationToken)
    {
        Form.Shown = ModelState.IsValid ? Form.Outline : null;
        ViewData["Next"] = ModelState.IsValid ? await preview.NextAsync(Form, cancellationToken) : null;
        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => ViewData["Groups"] = await groups.ListAsync(cancellationToken);
}

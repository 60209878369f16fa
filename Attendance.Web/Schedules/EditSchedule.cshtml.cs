using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Shows a schedule with its next sessions, and changes it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class EditScheduleModel(
    ScheduleStore schedules, AttendanceSessionStore sessions, GroupStore groups, SchedulePreview preview, IOptions<CheckInOptions> options, TimeProvider clock) : PageModel
{
    private const int MostSessions = 40;

    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public ScheduleForm Form { get; set; } = new();

    public Schedule Schedule { get; private set; } = null!;

    public IReadOnlyList<Session> Sessions { get; private set; } = [];

    /// <summary>Whether the form can show how the schedule recurs.</summary>
    public bool CanEdit { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        Form = ScheduleForm.From(Schedule) ?? new();
        return Page();
    }

    public async Task<IActionResult> OnPostPreviewAsync(CancellationToken cancellationToken) =>
        await LoadAsync(cancellationToken) ? await ShowDatesAsync(cancellationToken) : NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken) || Schedule.EndedAt is not null || !CanEdit)
        {
            return NotFound();
        }

        if (!ModelState.IsValid || Form.Shown != Form.Outline)
        {
            return await ShowDatesAsync(cancellationToken);
        }

        Form.WriteTo(Schedule, options.Value.ClosesAfter);
        if (await schedules.ChangeAsync(Schedule, Form.Stamp, [.. Form.Groups], User.AccountId(), cancellationToken) == ScheduleOutcome.Saved)
        {
            return LocalRedirect($"/schedules/{Id}");
        }

        ModelState.AddModelError("", T("Somebody else has changed this schedule or its groups meanwhile. Load this page again to see what is there now."));
        return Page();
    }

    public async Task<IActionResult> OnPostEndAsync(CancellationToken cancellationToken)
    {
        await schedules.EndAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect("/schedules");
    }

    private async Task<IActionResult> ShowDatesAsync(CancellationToken cancellationToken)
    {
        Form.Shown = ModelState.IsValid ? Form.Outline : null;
        ViewData["Next"] = ModelState.IsValid ? await preview.NextAsync(Form, cancellationToken) : null;
        return Page();
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await schedules.FindAsync(Id, cancellationToken) is not { } schedule)
        {
            return false;
        }

        Schedule = schedule;
        CanEdit = ScheduleForm.From(schedule) is not null;
        Sessions = await sessions.ListAsync(Id, Zones.DayOf(schedule.Zone, clock.GetUtcNow().UtcDateTime), MostSessions, cancellationToken);
        ViewData["Groups"] = await groups.ListAsync(cancellationToken);
        return true;
    }
}

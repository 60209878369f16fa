using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Moves or cancels one session.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class EditSessionModel(AttendanceSessionStore sessions, AuditLog audit) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    // With a name, so that a form that was not sent is not looked for under other names.
    [BindProperty(Name = nameof(Times))]
    public TimesForm Times { get; set; } = new();

    [BindProperty(Name = nameof(Moving))]
    public ReasonForm Moving { get; set; } = new();

    [BindProperty(Name = nameof(Cancelling))]
    public ReasonForm Cancelling { get; set; } = new();

    public Session Session { get; private set; } = null!;

    public IReadOnlyList<AuditRow> Audit { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        var start = Zones.ToLocal(Session.Zone, Session.StartsAt);
        Times = new() { Day = Session.Day, StartsAt = TimeOnly.FromDateTime(start), Duration = (int)(Session.EndsAt - Session.StartsAt).TotalMinutes };
        return Page();
    }

    public Task<IActionResult> OnPostMoveAsync(CancellationToken cancellationToken) => ChangeAsync(
        nameof(Cancelling),
        () => sessions.MoveAsync(Id, Times.Day!.Value, Times.StartsAt!.Value, TimeSpan.FromMinutes(Times.Duration!.Value), Moving.Text, User.AccountId(), cancellationToken),
        cancellationToken);

    public Task<IActionResult> OnPostCancelAsync(CancellationToken cancellationToken) => CancelAsync(true, cancellationToken);

    public Task<IActionResult> OnPostRestoreAsync(CancellationToken cancellationToken) => CancelAsync(false, cancellationToken);

    private Task<IActionResult> CancelAsync(bool isCancelled, CancellationToken cancellationToken) => ChangeAsync(
        nameof(Moving), () => sessions.CancelAsync(Id, isCancelled, Cancelling.Text, User.AccountId(), cancellationToken), cancellationToken, nameof(Times));

    /// <param name="notSent">The forms of the page that were not sent.</param>
    private async Task<IActionResult> ChangeAsync(
        string other, Func<Task<SessionOutcome>> change, CancellationToken cancellationToken, params string[] notSent)
    {
        foreach (var key in ModelState.Keys.Where(key => notSent.Append(other).Any(form => key.StartsWith(form, StringComparison.Ordinal))).ToList())
        {
            ModelState.Remove(key);
        }

        var outcome = ModelState.IsValid ? await change() : (SessionOutcome?)null;
        if (outcome == SessionOutcome.Saved)
        {
            return LocalRedirect($"/schedules/sessions/{Id}");
        }

        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        if (outcome is not null)
        {
            ModelState.AddModelError("", outcome == SessionOutcome.PeriodClosed
                ? T("This day is in a closed period, so its sessions do not change any more.")
                : T("Something is recorded for this session already, so it cannot be moved. Cancel it, and add a single session instead."));
        }

        return Page();
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(Id, cancellationToken) is not { } session)
        {
            return false;
        }

        Session = session;
        Audit = await audit.ListAsync(Id, null, cancellationToken);
        return true;
    }
}

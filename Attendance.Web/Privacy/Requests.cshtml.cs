using Attendance.Web.Accounts;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Privacy;

/// <summary>Lists who asked to be deleted, and until when they must be answered.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class RequestsModel(DeletionRequests requests, TimeProvider clock) : PageModel
{
    [BindProperty]
    public ReasonForm Why { get; set; } = new();

    public IReadOnlyList<OpenRequest> All { get; private set; } = [];

    public bool IsDone { get; private set; }

    public DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task OnGetAsync([FromQuery] string? done, CancellationToken cancellationToken)
    {
        IsDone = done is not null;
        All = await requests.ListAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostCarryOutAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // no reason is needed
        return await AnsweredAsync(await requests.CarryOutAsync(id, User.AccountId(), cancellationToken), "/privacy/requests?done=1", cancellationToken);
    }

    public async Task<IActionResult> OnPostRefuseAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            return await AnsweredAsync(await requests.RefuseAsync(id, Why.Text, User.AccountId(), cancellationToken), "/privacy/requests", cancellationToken);
        }

        ModelState.AddModelError("", T("Enter the reason, in 3 to 200 characters: the person reads it."));
        All = await requests.ListAsync(cancellationToken);
        return Page();
    }

    private async Task<IActionResult> AnsweredAsync(AnswerOutcome outcome, string next, CancellationToken cancellationToken)
    {
        if (outcome == AnswerOutcome.Done)
        {
            return LocalRedirect(next);
        }

        ModelState.AddModelError("", outcome == AnswerOutcome.Held
            ? T("This person is held, so nothing was deleted. End the hold on the person’s page, or refuse the request with the reason.")
            : T("This request was answered or taken back meanwhile."));
        All = await requests.ListAsync(cancellationToken);
        return Page();
    }
}

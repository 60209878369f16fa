using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.CheckIn;

/// <summary>Lists the faces that may be either of two people's, and settles them.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OpenDoubtsModel(Doubts doubts) : PageModel
{
    public IReadOnlyList<DoubtRow> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Rows = await doubts.OpenAsync(cancellationToken);

    /// <param name="id">The doubt.</param>
    /// <param name="person">Who it was, or nothing for neither.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<IActionResult> OnPostAsync([FromForm] Guid id, [FromForm] Guid? person, CancellationToken cancellationToken)
    {
        switch (await doubts.SettleAsync(id, person, User.AccountId(), cancellationToken))
        {
            case DoubtOutcome.Settled:
                return LocalRedirect("/attendance/doubts");
            case DoubtOutcome.NotMarked { Sessions: [] }:
                ModelState.AddModelError("", "The doubt is settled, but the person is not marked: no session that was open there expects them.");
                break;
            case DoubtOutcome.NotMarked refused:
                foreach (var (session, why) in refused.Sessions)
                {
                    ModelState.AddModelError("", $"The doubt is settled, but the person is not marked in {session}. {AttendanceProblems.Of(why).Title}");
                }

                break;
            default:
                ModelState.AddModelError("", "This doubt is settled already.");
                break;
        }

        Rows = await doubts.OpenAsync(cancellationToken);
        return Page();
    }
}

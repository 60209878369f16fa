using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

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
                ModelState.AddModelError("", T("The doubt is settled, but the person is not marked: no session that was open there expects them."));
                break;
            case DoubtOutcome.NotMarked refused:
                foreach (var (session, why) in refused.Sessions)
                {
                    ModelState.AddModelError("", T("The doubt is settled, but the person is not marked in {0}. {1}", session, WhyNot(why)));
                }

                break;
            default:
                ModelState.AddModelError("", T("This doubt is settled already."));
                break;
        }

        Rows = await doubts.OpenAsync(cancellationToken);
        return Page();
    }

    private static string WhyNot(StatementOutcome why) => why switch
    {
        StatementOutcome.NotExpected => T("This session does not expect this person."),
        StatementOutcome.PeriodClosed => T("The day of this session is closed. Its marks do not change any more."),
        StatementOutcome.NotNow => T("The roll of this session cannot be called now. Marks can be corrected, with a reason."),
        _ => T("There is no such session, or it was cancelled."),
    };
}

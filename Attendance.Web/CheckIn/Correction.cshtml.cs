using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.CheckIn;

/// <summary>Shows what a person's mark follows from, and corrects it with a reason.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class CorrectionModel(AttendanceSheets sheets, Statements statements, Periods periods, AuditLog audit) : PageModel
{
    /// <summary>The choice to take corrections back.</summary>
    public const string Rules = "rules";

    public static IReadOnlyList<Mark> Choices { get; } = [Mark.Present, Mark.Late, Mark.LeftEarly, Mark.Absent, Mark.Excused];

    [FromRoute]
    public Guid Id { get; set; }

    [FromRoute]
    public Guid PersonId { get; set; }

    /// <summary>The code of a mark, or <see cref="Rules"/>.</summary>
    [BindProperty]
    public string? Wanted { get; set; }

    /// <summary>The id of the correction, made with the page, so that a form that is sent twice corrects once.</summary>
    [BindProperty]
    public Guid EventId { get; set; } = Guid.NewGuid();

    [BindProperty]
    public ReasonForm Why { get; set; } = new();

    public Session Session { get; private set; } = null!;

    public SheetRow Row { get; private set; } = null!;

    public bool IsClosed { get; private set; }

    public IReadOnlyList<AuditRow> Audit { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) => await LoadAsync(cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Mark? mark = null;
        if (Wanted != Rules)
        {
            if (MarkWords.TryParse(Wanted, out var known))
            {
                mark = known;
            }
            else
            {
                ModelState.AddModelError(nameof(Wanted), T("Choose a mark."));
            }
        }

        if (ModelState.IsValid)
        {
            var (outcome, _) = await statements.RecordAsync(
                new(EventId, Id, PersonId, CheckInMethod.Correction, mark, Why.Text, User.AccountId()), cancellationToken);
            switch (outcome)
            {
                case StatementOutcome.Recorded:
                    return LocalRedirect($"/attendance/{Id}/people/{PersonId}");
                case StatementOutcome.NoSession or StatementOutcome.NotExpected:
                    return NotFound();
                case StatementOutcome.IdTaken:
                    ModelState.AddModelError("", T("This form was sent before with other values. Load this page again."));
                    break;
                default:
                    ModelState.AddModelError("", T("The day of this session is closed. Its marks do not change any more."));
                    break;
            }
        }

        return await LoadAsync(cancellationToken) ? Page() : NotFound();
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await sheets.ReadAsync(Id, cancellationToken) is not { Session.State: SessionState.Planned } sheet
            || sheet.Rows.SingleOrDefault(row => row.PersonId == PersonId) is not { } found)
        {
            return false;
        }

        (Session, Row) = (sheet.Session, found);
        IsClosed = await periods.IsClosedAsync(Session.Day, cancellationToken);
        Audit = await audit.ListAsync(Id, PersonId, cancellationToken);
        return true;
    }
}

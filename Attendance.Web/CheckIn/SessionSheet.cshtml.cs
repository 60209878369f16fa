using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.CheckIn;

/// <summary>Shows who attends a session. Its script calls the roll.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class SessionSheetModel(AttendanceSheets sheets, Statements statements, Periods periods, IAntiforgery antiforgery, TimeProvider clock) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    public Sheet Sheet { get; private set; } = null!;

    public (string Words, string Tone) State => TodaySession.StateOf(Sheet.Session, clock.GetUtcNow().UtcDateTime);

    public bool MayCallRoll => statements.MayCallRoll(Sheet.Session);

    public bool IsClosed { get; private set; }

    /// <summary>The request token against forged requests. The page sends it with every mark.</summary>
    public string RequestToken { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await sheets.ReadAsync(Id, cancellationToken) is not { } sheet)
        {
            return NotFound();
        }

        Sheet = sheet;
        IsClosed = await periods.IsClosedAsync(sheet.Session.Day, cancellationToken);
        RequestToken = antiforgery.GetAndStoreTokens(HttpContext).RequestToken!;
        return Page();
    }
}

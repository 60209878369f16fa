using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.CheckIn;

/// <summary>Shows the sessions of today. Its script keeps the numbers up to date.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class TodayModel(AttendanceSheets sheets, TimeProvider clock) : PageModel
{
    public IReadOnlyList<Sheet> Sheets { get; private set; } = [];

    public DateTime Now { get; } = clock.GetUtcNow().UtcDateTime;

    public async Task OnGetAsync(CancellationToken cancellationToken) => Sheets = await sheets.TodayAsync(cancellationToken);
}

using Attendance.Web.Accounts;
using Attendance.Web.Kiosks;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Demo;

/// <summary>Says what there is of the demo and where to look, and removes it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class DemoModel(DemoClass demo, DemoUpkeep upkeep, KioskStore kiosks) : PageModel
{
    public DemoContents Contents { get; private set; } = null!;

    /// <summary>The one-time code of the demo's kiosk, shown only once, right after it was issued.</summary>
    public string? Code { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostCodeAsync(CancellationToken cancellationToken)
    {
        Code = await kiosks.IssueCodeAsync(DemoClass.Kiosk, User.AccountId(), cancellationToken);
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync(CancellationToken cancellationToken)
    {
        await upkeep.RemoveAsync(User.AccountId(), cancellationToken);
        return LocalRedirect("/demo");
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => Contents = await demo.ReadAsync(cancellationToken);
}

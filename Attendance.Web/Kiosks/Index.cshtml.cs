using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>Lists the kiosks, adds one, issues the code for its device, and revokes it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class KiosksModel(KioskStore kiosks, KioskStates states, IOptions<KioskOptions> options, TimeProvider clock) : PageModel
{
    [BindProperty]
    public KioskForm Form { get; set; } = new();

    public IReadOnlyList<Kiosk> All { get; private set; } = [];

    public double CodeMinutes { get; } = options.Value.SetupCodeLasts.TotalMinutes;

    public DateTime Now { get; } = clock.GetUtcNow().UtcDateTime;

    /// <summary>The one-time code, shown only once, right after it was issued, and the kiosk that it is for.</summary>
    public (string KioskName, string Code)? Issued { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            var (kiosk, code) = await kiosks.AddAsync(Form, User.AccountId(), cancellationToken);
            Issued = (kiosk.Name, code);
            Form = new();
            ModelState.Clear();
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostCodeAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        ModelState.Clear();
        var code = await kiosks.IssueCodeAsync(id, User.AccountId(), cancellationToken);
        await LoadAsync(cancellationToken);
        Issued = code is not null && All.SingleOrDefault(kiosk => kiosk.Id == id) is { } kiosk ? (kiosk.Name, code) : null;
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await kiosks.RevokeAsync(id, User.AccountId(), cancellationToken);
        states.Forget(id);
        return LocalRedirect("/kiosks");
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => All = await kiosks.ListAsync(cancellationToken);
}

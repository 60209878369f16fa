using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.ReadApi;

/// <summary>Lists the tokens of programs that read, makes one, and revokes it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class TokensModel(ApiTokenStore tokens, TimeProvider clock) : PageModel
{
    [BindProperty]
    public TokenForm Form { get; set; } = new();

    public IReadOnlyList<TokenRow> All { get; private set; } = [];

    public DateTime Now { get; } = clock.GetUtcNow().UtcDateTime;

    /// <summary>The token, shown only once, right after it was made.</summary>
    public string? Made { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            Made = await tokens.AddAsync(Form, User.AccountId(), cancellationToken);
            if (Made is not null)
            {
                Form = new();
                ModelState.Clear();
            }
            else
            {
                ModelState.AddModelError("", T("There are {0} tokens, which is as many as there may be. Revoke one first.", ApiTokenStore.Most));
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await tokens.RevokeAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/api-tokens");
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => All = await tokens.ListAsync(cancellationToken);
}

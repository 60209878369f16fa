using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Shows a group and who is in it. A search is sent in the request body, so that no address contains a name.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class MembersModel(GroupStore groups) : PageModel
{
    private const int LongestSearch = 200;

    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public GroupForm Form { get; set; } = new();

    public Group Group { get; private set; } = null!;

    public IReadOnlyList<MemberRow> Members { get; private set; } = [];

    /// <summary>The people found, or null if nobody searched.</summary>
    public IReadOnlyList<MemberRow>? Found { get; private set; }

    public Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public Task<IActionResult> OnPostSearchAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostAddAsync(Guid personId, CancellationToken cancellationToken)
    {
        if (!await groups.AddMemberAsync(Id, personId, User.AccountId(), cancellationToken))
        {
            return NotFound();
        }

        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRemoveAsync(Guid personId, CancellationToken cancellationToken)
    {
        await groups.RemoveMemberAsync(Id, personId, User.AccountId(), cancellationToken);
        return LocalRedirect($"/groups/{Id}");
    }

    public async Task<IActionResult> OnPostRenameAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return await ShowAsync(cancellationToken, keepsErrors: true);
        }

        switch (await groups.RenameAsync(Id, Form.Text, User.AccountId(), cancellationToken))
        {
            case GroupOutcome.Saved:
                return LocalRedirect($"/groups/{Id}");
            case GroupOutcome.NameTaken:
                ModelState.AddModelError("Form.Name", GroupForm.NameTaken);
                return await ShowAsync(cancellationToken, keepsErrors: true);
            default:
                return NotFound();
        }
    }

    public async Task<IActionResult> OnPostDeleteAsync(CancellationToken cancellationToken)
    {
        if (await groups.DeleteAsync(Id, User.AccountId(), cancellationToken) == GroupOutcome.Saved)
        {
            return LocalRedirect("/groups");
        }

        ModelState.Clear();
        ModelState.AddModelError("", T("This group is used by a schedule or a session, so it is kept."));
        return await ShowAsync(cancellationToken, keepsErrors: true);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken cancellationToken, bool keepsErrors = false)
    {
        if (await groups.FindAsync(Id, cancellationToken) is not { } group)
        {
            return NotFound();
        }

        if (!keepsErrors)
        {
            ModelState.Clear(); // the form for the name was not sent
        }

        Group = group;
        Form.Name ??= group.Name;
        Members = await groups.MembersAsync(Id, cancellationToken);
        if (!string.IsNullOrWhiteSpace(Words))
        {
            Found = await groups.FindOthersAsync(Id, Words.Length > LongestSearch ? Words[..LongestSearch] : Words, cancellationToken);
        }

        return Page();
    }
}

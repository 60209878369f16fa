using Attendance.Web.Accounts;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Attendance.Web.Layout;
using Attendance.Web.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Issues, renews and revokes a person's codes.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonCodesModel(CodeStore codes, CodeAttempts attempts, PhoneStore phones, PeopleStore people) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    public Person Person { get; private set; } = null!;

    public PersonCode? Code { get; private set; }

    public DateTime? LockedUntil { get; private set; }

    /// <summary>The personal code, shown only once, right after it was issued.</summary>
    public string? NewCode { get; private set; }

    /// <summary>The QR code as SVG, shown only once, right after it was issued.</summary>
    public string? NewQr { get; private set; }

    public IReadOnlyList<Phone> Phones { get; private set; } = [];

    /// <summary>The one-time code for a phone, and its link as SVG, shown only once, right after it was issued.</summary>
    public (string Code, string Picture)? NewPhone { get; private set; }

    public Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostIssueCodeAsync(CancellationToken cancellationToken)
    {
        NewCode = await codes.IssueCodeAsync(Id, User.AccountId(), cancellationToken);
        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRevokeCodeAsync(CancellationToken cancellationToken)
    {
        await codes.RevokeCodeAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/codes");
    }

    public async Task<IActionResult> OnPostIssueQrAsync(CancellationToken cancellationToken)
    {
        NewQr = await codes.IssueQrAsync(Id, User.AccountId(), cancellationToken) is { } token ? QrPicture.Of(token) : null;
        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRevokeQrAsync(CancellationToken cancellationToken)
    {
        await codes.RevokeQrAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/codes");
    }

    public async Task<IActionResult> OnPostIssuePhoneAsync(CancellationToken cancellationToken)
    {
        switch (await phones.IssueAsync(Id, User.AccountId(), cancellationToken))
        {
            case PhoneIssue.Issued issued:
                // Behind the #, so that no server and no proxy gets it with the address.
                NewPhone = (issued.Code, QrPicture.Of($"{Request.Scheme}://{Request.Host}{PhoneSignIn.SetupPath}#{issued.Code}"));
                break;
            case PhoneIssue.TooMany:
                ModelState.AddModelError("", T("A person may have {0} phones. Revoke one that is not used any more.", PhoneStore.Most));
                break;
        }

        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRevokePhoneAsync([FromForm] Guid phone, CancellationToken cancellationToken)
    {
        await phones.RevokeAsync(Id, phone, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/codes");
    }

    private async Task<IActionResult> ShowAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        Person = person;
        Code = await codes.FindAsync(Id, cancellationToken);
        Phones = await phones.ListAsync(Id, cancellationToken);
        LockedUntil = await attempts.LockedUntilAsync(Id, cancellationToken);
        return Page();
    }
}

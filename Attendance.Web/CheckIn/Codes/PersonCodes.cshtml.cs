using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using QRCoder;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>Issues, renews and revokes a person's codes.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonCodesModel(CodeStore codes, CodeAttempts attempts, PeopleStore people) : PageModel
{
    private const int PixelsPerModule = 4;

    [FromRoute]
    public Guid Id { get; set; }

    public Person Person { get; private set; } = null!;

    public PersonCode? Code { get; private set; }

    public DateTime? LockedUntil { get; private set; }

    /// <summary>The personal code, shown only once, right after it was issued.</summary>
    public string? NewCode { get; private set; }

    /// <summary>The QR code as SVG, shown only once, right after it was issued.</summary>
    public string? NewQr { get; private set; }

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
        if (await codes.IssueQrAsync(Id, User.AccountId(), cancellationToken) is { } token)
        {
            using var qr = new SvgQRCode(QRCodeGenerator.GenerateQrCode(token, QRCodeGenerator.ECCLevel.M));
            NewQr = qr.GetGraphic(PixelsPerModule);
        }

        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRevokeQrAsync(CancellationToken cancellationToken)
    {
        await codes.RevokeQrAsync(Id, User.AccountId(), cancellationToken);
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
        LockedUntil = await attempts.LockedUntilAsync(Id, cancellationToken);
        return Page();
    }
}

using Attendance.Web.Accounts;
using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Layout;
using Attendance.Web.People;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Privacy;

/// <summary>Makes the link by which a person sees their own data, and holds a person.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonPrivacyModel(PeopleStore people, PrivacyLinks links, DeletionRequests requests, PersonHolds holds, AuditLog audit) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public ReasonForm Why { get; set; } = new();

    public Person Person { get; private set; } = null!;

    public PrivacyLink? Link { get; private set; }

    /// <summary>The address of the link, and a QR code of it as SVG, shown only once, right after it was made.</summary>
    public (string Address, string Picture)? NewLink { get; private set; }

    public IReadOnlyList<PrivacyRequest> Requests { get; private set; } = [];

    public PersonHold? Hold { get; private set; }

    public IReadOnlyList<AuditRow> Audit { get; private set; } = [];

    public bool IsAdmin => User.IsInRole(nameof(AccountRole.Admin));

    public Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    public async Task<IActionResult> OnPostMakeAsync(CancellationToken cancellationToken)
    {
        ModelState.Clear(); // no reason is needed
        if (await links.MakeAsync(Id, User.AccountId(), cancellationToken) is { } code)
        {
            // Behind the #, so that no server and no proxy gets it with the address.
            var address = $"{Request.Scheme}://{Request.Host}{SubjectSignIn.SetupPath}#{code}";
            NewLink = (address, QrPicture.Of(address));
        }

        return await ShowAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRevokeAsync(CancellationToken cancellationToken)
    {
        await links.RevokeAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/privacy");
    }

    public Task<IActionResult> OnPostHoldAsync(CancellationToken cancellationToken) => HoldAsync(holds.SetAsync, cancellationToken);

    public Task<IActionResult> OnPostEndHoldAsync(CancellationToken cancellationToken) => HoldAsync(holds.EndAsync, cancellationToken);

    private async Task<IActionResult> HoldAsync(Func<Guid, string, string, CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        if (!IsAdmin)
        {
            return Forbid();
        }

        if (!ModelState.IsValid)
        {
            return await ShowAsync(cancellationToken);
        }

        await change(Id, Why.Text, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/privacy");
    }

    private async Task<IActionResult> ShowAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        Person = person;
        Link = await links.FindAsync(Id, cancellationToken);
        Requests = await requests.OfAsync(Id, cancellationToken);
        Hold = await holds.FindAsync(Id, cancellationToken);
        Audit = await audit.ListAsync(Id, Id, cancellationToken);
        return Page();
    }
}

using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications.Contacts;

/// <summary>
/// A page that a contact opens by the link of a mail, without an account. The token comes behind the #, which is sent to no server; the page
/// puts it into its form. Nothing happens before the button is pressed, because programs that look for malware open links too.
/// </summary>
[AllowAnonymous]
[EnableRateLimiting(Quotas.FewAttempts)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal abstract class ContactLinkModel : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Open the link of the mail, or enter what stands behind its #.")]
    [StringLength(500, ErrorMessage = "The code is too long.")]
    [Display(Name = "Code of the link")]
    public string? Token { get; set; }

    public bool IsDone { get; private set; }

    public abstract string Heading { get; }

    public abstract string Question { get; }

    public abstract string Action { get; }

    public abstract string Done { get; }

    protected abstract string Refusal { get; }

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            IsDone = await TryAsync(Token!, cancellationToken);
            if (!IsDone)
            {
                ModelState.AddModelError("", Refusal);
            }
        }
    }

    protected abstract Task<bool> TryAsync(string token, CancellationToken cancellationToken);
}

/// <summary>A contact confirms the address.</summary>
internal sealed class ConfirmModel(ContactStore contacts) : ContactLinkModel
{
    public override string Heading => T("Mails about attendance");

    public override string Question => T("Do you want to get mails about attendance at this address? Each of them has a link to end that.");

    public override string Action => T("Yes, send me mails");

    public override string Done => T("Thank you. Your address is confirmed.");

    protected override string Refusal => T("This link is not valid any more. Ask those who keep the attendance for another mail.");

    protected override Task<bool> TryAsync(string token, CancellationToken cancellationToken) => contacts.ConfirmAsync(token, cancellationToken);
}

/// <summary>A contact refuses further mails.</summary>
internal sealed class UnsubscribeModel(ContactStore contacts) : ContactLinkModel
{
    public override string Heading => T("No more mails");

    public override string Question => T("Do you want to get no more mails about attendance at this address?");

    public override string Action => T("Send me no more mails");

    public override string Done => T("You get no more mails. Those who keep the attendance see that.");

    protected override string Refusal => T("This link is not valid. Tell those who keep the attendance that you want no more mails.");

    protected override Task<bool> TryAsync(string token, CancellationToken cancellationToken) => contacts.UnsubscribeAsync(token, cancellationToken);
}

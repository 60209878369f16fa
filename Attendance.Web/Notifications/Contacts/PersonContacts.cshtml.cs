using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Attendance.Web.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications.Contacts;

/// <summary>Lists and changes the contacts of a person.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonContactsModel(ContactStore contacts, PeopleStore people, IOptions<MailOptions> mail) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public ContactForm Form { get; set; } = new() { Language = mail.Value.Language };

    public Person Person { get; private set; } = null!;

    public IReadOnlyList<Contact> All { get; private set; } = [];

    public bool IsMailOn => mail.Value.IsOn;

    public static (string Words, string Tone) StateOf(Contact contact) =>
        !contact.GetsMails ? (T("Off"), "quiet")
        : contact.UnsubscribedAt is not null ? (T("Refused by the contact"), "warn")
        : contact.UndeliverableAt is not null ? (T("Address does not work"), "bad")
        : contact.ConfirmedAt is not null ? (T("On"), "good")
        : contact.AskedAt is not null ? (T("Waits for confirmation"), "busy")
        : (T("Not asked yet"), "quiet");

    /// <param name="change">The contact to put into the form.</param>
    public async Task<IActionResult> OnGetAsync(Guid? change, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        var changed = All.FirstOrDefault(contact => contact.Id == change);
        Form = changed is null
            ? new() { Language = mail.Value.Language, GetsMails = true }
            : new() { Id = changed.Id, Name = changed.Name, Email = changed.Email, Relation = $"{changed.Relation}", Language = changed.Language, GetsMails = changed.GetsMails };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            switch (await contacts.SaveAsync(Id, Form, User.AccountId(), cancellationToken))
            {
                case ContactOutcome.Saved:
                    return LocalRedirect($"/people/{Id}/contacts");
                case ContactOutcome.AddressTaken:
                    ModelState.AddModelError("Form.Email", T("There is a contact with this address already."));
                    break;
                case ContactOutcome.TooMany:
                    ModelState.AddModelError("", T("A person may have {0} contacts. Remove one that is not needed any more.", ContactStore.Most));
                    break;
                default:
                    ModelState.AddModelError("", T("This contact was removed meanwhile. Load this page again."));
                    break;
            }
        }

        return await LoadAsync(cancellationToken) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostAskAsync([FromForm] Guid contact, CancellationToken cancellationToken)
    {
        var refusal = await contacts.AskAsync(Id, contact, User.AccountId(), cancellationToken) switch
        {
            ContactOutcome.Saved => null,
            ContactOutcome.JustAsked => T("This contact was asked a few minutes ago. Wait for the mail to arrive."),
            ContactOutcome.MailIsOff => T("No mail server is set, so nobody can be asked."),
            _ => T("This contact was removed meanwhile. Load this page again."),
        };
        if (refusal is null)
        {
            return LocalRedirect($"/people/{Id}/contacts");
        }

        ModelState.Clear(); // what was posted is not the form of the contact
        ModelState.AddModelError("", refusal);
        return await LoadAsync(cancellationToken) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] Guid contact, CancellationToken cancellationToken)
    {
        await contacts.RemoveAsync(Id, contact, User.AccountId(), cancellationToken);
        return LocalRedirect($"/people/{Id}/contacts");
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return false;
        }

        (Person, All) = (person, await contacts.ListAsync(Id, cancellationToken));
        return true;
    }
}

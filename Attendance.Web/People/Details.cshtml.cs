using System.Security.Cryptography;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.People;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PersonModel(PeopleStore people, PersonExport export, ConsentTexts consent, TemplateStore templates) : PageModel
{
    private const int ComparedPeople = 2000; // takes about as long as a page may take
    private const int ShownLookalikes = 3;

    [FromRoute]
    public Guid Id { get; set; }

    /// <summary>See <see cref="NewPersonModel.Agreed"/>.</summary>
    [BindProperty]
    public string? Agreed { get; set; }

    public Person Person { get; private set; } = null!;

    public PersonRow Row => new(Person.Id, Person.FullName, Person.Number, Person.Group, Person.Consent is not null, Person.Shots.Count);

    /// <summary>The text that the person has agreed to, or would agree to now.</summary>
    public string ConsentText { get; private set; } = "";

    public ConsentTexts Consent => consent;

    /// <summary>Other people who may be this person, because their faces are as near as one person's may be. The nearest first.</summary>
    public IReadOnlyList<PersonRow> Lookalikes { get; private set; } = [];

    /// <summary>How many contacts of this person have an address that a mail server refused.</summary>
    public int UndeliverableContacts { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        var near = await templates.LookalikesAsync(Id, ComparedPeople, ShownLookalikes, cancellationToken);
        Lookalikes = await people.RowsAsync([.. near.Select(other => other.PersonId)], cancellationToken);
        return Page();
    }

    public Task<IActionResult> OnPostConsentAsync(CancellationToken cancellationToken) => ChangeAsync(
        Agreed == consent.Version
            ? () => people.ConsentAsync(Person, Agreed, User.AccountId(), cancellationToken)
            : null,
        "The text has changed meanwhile, or the box was empty. Please read it, and tick the box.",
        cancellationToken);

    public Task<IActionResult> OnPostWithdrawAsync(CancellationToken cancellationToken) => ChangeAsync(
        () => people.WithdrawConsentAsync(Person, User.AccountId(), cancellationToken), "", cancellationToken);

    public async Task<IActionResult> OnPostDeleteAsync(CancellationToken cancellationToken)
    {
        await people.DeleteAsync(Id, User.AccountId(), cancellationToken);
        return LocalRedirect("/people");
    }

    public async Task<IActionResult> OnPostExportAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        try
        {
            return File(await export.ZipAsync(Person, ConsentText, User.AccountId(), cancellationToken), "application/zip", PersonExport.FileName);
        }
        catch (CryptographicException)
        {
            return Refuse("A picture cannot be decrypted, so the export would be incomplete. Tell whoever looks after the server.");
        }
    }

    private async Task<IActionResult> ChangeAsync(Func<Task<SaveOutcome>>? change, string otherwise, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken))
        {
            return NotFound();
        }

        return change is null ? Refuse(otherwise)
            : await change() == SaveOutcome.Saved ? LocalRedirect($"/people/{Id}")
            : Refuse("Somebody else has changed this person meanwhile. Load this page again to see what is there now.");
    }

    private PageResult Refuse(string words)
    {
        ModelState.AddModelError("", words);
        return Page();
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return false;
        }

        Person = person;
        UndeliverableContacts = await people.UndeliverableContactsAsync(Id, cancellationToken);
        ConsentText = person.Consent is { } given ? await people.ConsentTextAsync(given, cancellationToken) ?? "" : consent.Text;
        return true;
    }
}

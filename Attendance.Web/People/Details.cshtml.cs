using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.People;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed partial class PersonModel(
    PeopleStore people, PersonExport export, ConsentTexts consent, ConsentRules rules, GuardianSeal guardians, TemplateStore templates, TimeProvider clock, ILogger<PersonModel> logger) : PageModel
{
    private const int ComparedPeople = 2000; // takes about as long as a page may take
    private const int ShownLookalikes = 3;
    public const int LongestMinority = 25;

    [FromRoute]
    public Guid Id { get; set; }

    /// <summary>See <see cref="NewPersonModel.Agreed"/>.</summary>
    [BindProperty]
    public string? Agreed { get; set; }

    /// <summary>The name of the guardian who agrees for a minor.</summary>
    [BindProperty]
    [StringLength(Consent.GuardianNameLength, ErrorMessage = "The guardian’s name may have at most {1} characters.")]
    public string? GuardianName { get; set; }

    public Person Person { get; private set; } = null!;

    /// <summary>Whether the person, or a guardian, is to be asked again.</summary>
    public bool MustRenew { get; private set; }

    public bool IsMinor => Person.NeedsGuardian(clock.GetUtcNow().UtcDateTime);

    /// <summary>The name of the guardian who has consented, if it was noted and can be decrypted.</summary>
    public string? Guardian { get; private set; }

    public PersonRow Row => new(Person.Id, Person.FullName, Person.Number, Person.Group, Person.Consent is not null, Person.Shots.Count, MustRenew);

    /// <summary>The text that the person has agreed to, or would agree to now.</summary>
    public string ConsentText { get; private set; } = "";

    public ConsentTexts Current => consent;

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

    public async Task<IActionResult> OnPostConsentAsync(CancellationToken cancellationToken)
    {
        var isName = string.IsNullOrWhiteSpace(GuardianName) || !FormTexts.ErrorsOf(("guardian’s name", GuardianName)).Any();
        return await ChangeAsync(
            Agreed == consent.Version && isName && ModelState.IsValid
                ? () => people.ConsentAsync(Person, Agreed, GuardianName, User.AccountId(), cancellationToken)
                : null,
            !isName || !ModelState.IsValid
                ? T("The guardian’s name needs a letter or a digit, only characters that can be written, and at most {0} of them. It may be left empty.", Data.Consent.GuardianNameLength)
                : T("The text has changed meanwhile, or the box was empty. Please read it, and tick the box."),
            cancellationToken);
    }

    public async Task<IActionResult> OnPostGuardianAsync([FromForm] string? until, CancellationToken cancellationToken)
    {
        var isDay = DateOnly.TryParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return await ChangeAsync(
            string.IsNullOrWhiteSpace(until) || (isDay && day > today && day <= today.AddYears(LongestMinority))
                ? () => people.NeedGuardianAsync(Person, isDay ? day : null, User.AccountId(), cancellationToken)
                : null,
            T("The day on which they come of age must be a day within the next {0} years. Leave it empty if no guardian is needed.", LongestMinority),
            cancellationToken);
    }

    public Task<IActionResult> OnPostWithdrawAsync(CancellationToken cancellationToken) => ChangeAsync(
        () => people.WithdrawConsentAsync(Person, User.AccountId(), cancellationToken), "", cancellationToken);

    public async Task<IActionResult> OnPostDeleteAsync(CancellationToken cancellationToken)
    {
        if (await people.DeleteAsync(Id, User.AccountId(), cancellationToken))
        {
            return LocalRedirect("/people");
        }

        return await LoadAsync(cancellationToken)
            ? Refuse(T("This person is held, so nothing was deleted. An administrator can end the hold under Privacy and links."))
            : NotFound();
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
            return Refuse(T("A picture cannot be decrypted, so the export would be incomplete. Tell whoever looks after the server."));
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
            : Refuse(T("Somebody else has changed this person meanwhile. Load this page again to see what is there now."));
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
        MustRenew = await rules.MustRenewAsync(Id, cancellationToken);
        try
        {
            Guardian = guardians.Open(person);
        }
        catch (CryptographicException exception)
        {
            LogUnreadable(logger, Id, exception.Message); // the rest of the page is needed all the same
        }

        ConsentText = person.Consent is { } given ? await people.ConsentTextAsync(given, cancellationToken) ?? "" : consent.Text;
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The name of the guardian of person {PersonId} cannot be decrypted: {Error}")]
    private static partial void LogUnreadable(ILogger logger, Guid personId, string error);
}

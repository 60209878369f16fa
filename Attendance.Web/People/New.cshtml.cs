using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.People;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewPersonModel(PeopleStore people, ConsentTexts consent, TimeProvider clock) : PageModel
{
    [BindProperty]
    public PersonForm Form { get; set; } = new();

    /// <summary>The version of the consent text that was shown and agreed to, or null if the box is empty.</summary>
    [BindProperty]
    public string? Agreed { get; set; }

    /// <summary>The day on which the person comes of age. Until then a guardian consents, on the person's page.</summary>
    [BindProperty]
    [Display(Name = "Day on which they come of age")]
    public DateOnly? GuardianUntil { get; set; }

    public ConsentTexts Consent => consent;

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (Agreed is not null && Agreed != consent.Version)
        {
            ModelState.AddModelError(nameof(Agreed), T("The text has changed meanwhile. Please read it again."));
        }

        if (GuardianUntil is { } day && (day <= Today || day > Today.AddYears(PersonModel.LongestMinority)))
        {
            ModelState.AddModelError(nameof(GuardianUntil), T("Enter a day within the next {0} years, or leave it empty.", PersonModel.LongestMinority));
        }

        if (ModelState.IsValid)
        {
            var account = User.AccountId();
            var (outcome, person) = await people.AddAsync(
                Form, now => Agreed is null || GuardianUntil is not null ? null : new Consent(now, Agreed, account) { Giver = ConsentGiver.Person }, account, cancellationToken);
            if (outcome == SaveOutcome.Saved)
            {
                if (GuardianUntil is not null)
                {
                    await people.NeedGuardianAsync(person!, GuardianUntil, account, cancellationToken);
                }

                return LocalRedirect(person!.Consent is null ? $"/people/{person.Id}" : $"/people/{person.Id}/capture");
            }

            ModelState.AddModelError("Form.Number", PersonForm.WordsFor(outcome));
            ViewData["Misleading"] = outcome == SaveOutcome.NumberMisleading;
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    private async Task LoadAsync(CancellationToken cancellationToken) => ViewData["Groups"] = await people.GroupsAsync(cancellationToken);
}

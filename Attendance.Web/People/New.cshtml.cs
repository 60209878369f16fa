using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.People;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NewPersonModel(PeopleStore people, ConsentTexts consent) : PageModel
{
    [BindProperty]
    public PersonForm Form { get; set; } = new();

    /// <summary>The version of the consent text that was shown and agreed to, or null if the box is empty.</summary>
    [BindProperty]
    public string? Agreed { get; set; }

    public ConsentTexts Consent => consent;

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (Agreed is not null && Agreed != consent.Version)
        {
            ModelState.AddModelError(nameof(Agreed), "The text has changed meanwhile. Please read it again.");
        }

        if (ModelState.IsValid)
        {
            var account = User.AccountId();
            var (outcome, person) = await people.AddAsync(
                Form, now => Agreed is null ? null : new Consent(now, Agreed, account), account, cancellationToken);
            if (outcome == SaveOutcome.Saved)
            {
                return LocalRedirect(person!.Consent is null ? $"/people/{person.Id}" : $"/people/{person.Id}/capture");
            }

            ModelState.AddModelError("Form.Number", PersonForm.WordsFor(outcome));
            ViewData["Misleading"] = outcome == SaveOutcome.NumberMisleading;
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => ViewData["Groups"] = await people.GroupsAsync(cancellationToken);
}

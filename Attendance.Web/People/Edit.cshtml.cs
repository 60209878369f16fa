using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.People;

[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class EditPersonModel(PeopleStore people) : PageModel
{
    [FromRoute]
    public Guid Id { get; set; }

    [BindProperty]
    public PersonForm Form { get; set; } = new();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        Form = new() { FullName = person.FullName, Number = person.Number, Group = person.Group, Stamp = person.Stamp };
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await people.FindAsync(Id, cancellationToken) is not { } person)
        {
            return NotFound();
        }

        if (ModelState.IsValid)
        {
            var outcome = await people.ChangeAsync(person, Form, User.AccountId(), cancellationToken);
            switch (outcome)
            {
                case SaveOutcome.Saved:
                    return LocalRedirect($"/people/{Id}");
                case SaveOutcome.NumberTaken or SaveOutcome.NumberMisleading:
                    ModelState.AddModelError("Form.Number", PersonForm.WordsFor(outcome));
                    ViewData["Misleading"] = outcome == SaveOutcome.NumberMisleading;
                    break;
                default:
                    ModelState.AddModelError("", T("Somebody else has changed this person meanwhile. Load this page again to see what is there now."));
                    break;
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => ViewData["Groups"] = await people.GroupsAsync(cancellationToken);
}

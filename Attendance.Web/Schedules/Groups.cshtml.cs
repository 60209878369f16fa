using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Lists the groups, and adds one.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class GroupsModel(GroupStore groups) : PageModel
{
    [BindProperty]
    public GroupForm Form { get; set; } = new();

    public IReadOnlyList<GroupRow> All { get; private set; } = [];

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            var (outcome, group) = await groups.AddAsync(Form.Text, User.AccountId(), cancellationToken);
            if (outcome == GroupOutcome.Saved)
            {
                return LocalRedirect($"/groups/{group!.Id}");
            }

            ModelState.AddModelError("Form.Name", GroupForm.NameTaken);
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => All = await groups.ListAsync(cancellationToken);
}

/// <summary>The name of a group. Public, because model binding only supports public types.</summary>
public sealed class GroupForm : IValidatableObject
{
    internal static string NameTaken => T("There is a group with this name already.");

    [Required(ErrorMessage = "Enter a name.")]
    [StringLength(Group.NameLength, ErrorMessage = "The name may have at most {1} characters.")]
    [Display(Name = "Name")]
    public string? Name { get; set; }

    internal string Text => Writing.Tidy(Name!);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => FormTexts.ErrorsOf((nameof(Name), Name));
}

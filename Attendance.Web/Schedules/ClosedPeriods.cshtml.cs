using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Schedules;

/// <summary>Closes periods, and opens them again with a reason.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ClosedPeriodsModel(Periods periods) : PageModel
{
    // With a name, so that a form that was not sent is not looked for under other names.
    [BindProperty(Name = nameof(Period))]
    public PeriodForm Period { get; set; } = new();

    [BindProperty(Name = nameof(Closing))]
    public ReasonForm Closing { get; set; } = new();

    [BindProperty(Name = nameof(Opening))]
    public ReasonForm Opening { get; set; } = new();

    public IReadOnlyList<ClosedPeriod> All { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => All = await periods.ListAsync(cancellationToken);

    public async Task<IActionResult> OnPostCloseAsync(CancellationToken cancellationToken)
    {
        Forget(nameof(Opening));
        if (ModelState.IsValid)
        {
            await periods.CloseAsync(Period.FirstDay!.Value, Period.LastDay!.Value, Closing.Text, User.AccountId(), cancellationToken);
            return LocalRedirect("/schedules/periods");
        }

        All = await periods.ListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostOpenAsync(Guid id, CancellationToken cancellationToken)
    {
        Forget(nameof(Period), nameof(Closing));
        if (ModelState.IsValid)
        {
            await periods.OpenAsync(id, Opening.Text, User.AccountId(), cancellationToken);
            return LocalRedirect("/schedules/periods");
        }

        ModelState.Clear();
        ModelState.AddModelError("", T("Reason: enter 3 to 200 characters to open a period again."));
        All = await periods.ListAsync(cancellationToken);
        return Page();
    }

    /// <summary>Forgets what is wrong with the forms of the page that were not sent.</summary>
    private void Forget(params string[] forms)
    {
        foreach (var key in ModelState.Keys.Where(key => forms.Any(form => key.StartsWith(form, StringComparison.Ordinal))).ToList())
        {
            ModelState.Remove(key);
        }
    }
}

/// <summary>The days of a period. Public, because model binding only supports public types.</summary>
public sealed class PeriodForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter the first day.")]
    [Range(typeof(DateOnly), Recurrence.FirstYear, Recurrence.LastYear, ParseLimitsInInvariantCulture = true, ErrorMessage = "Enter a day from the year 2000 to 2199.")]
    [Display(Name = "First day")]
    public DateOnly? FirstDay { get; set; }

    [Required(ErrorMessage = "Enter the last day.")]
    [Range(typeof(DateOnly), Recurrence.FirstYear, Recurrence.LastYear, ParseLimitsInInvariantCulture = true, ErrorMessage = "Enter a day from the year 2000 to 2199.")]
    [Display(Name = "Last day")]
    public DateOnly? LastDay { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LastDay < FirstDay)
        {
            yield return new(T("The last day must not be before the first one."), [nameof(LastDay)]);
        }
    }
}

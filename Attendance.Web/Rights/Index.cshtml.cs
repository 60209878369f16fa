using Attendance.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Rights;

/// <summary>Lists who may do what with which cameras, and lets administrators change it.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class RightsModel(RuleStore rules, IOptions<RightsOptions> options) : PageModel
{
    [BindProperty]
    public RuleForm Form { get; set; } = new();

    /// <summary>The rules of the configuration, and those of the page. A rule of the page whose pattern the configuration has too decides nothing.</summary>
    public IReadOnlyList<RightsRow> All { get; private set; } = [];

    /// <param name="change">The pattern of the rule to put into the form.</param>
    public async Task OnGetAsync(string? change, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        if (All.FirstOrDefault(row => row.Id is not null && row.Rule.Camera.Text == change) is { } changed)
        {
            Form = new()
            {
                Camera = change, Watch = changed.Rule.Watch?.ToString(), Borrow = changed.Rule.Borrow?.ToString(), Publish = changed.Rule.Publish?.ToString(),
            };
        }
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            var refusal = await rules.SetAsync(Form.ToRule(), User.AccountId(), cancellationToken) switch
            {
                RuleOutcome.Saved => null,
                RuleOutcome.Configured => T("The configuration has a rule for these cameras, which can be changed only there."),
                RuleOutcome.TooMany => T("There may be {0} rules at most. Remove one first.", RightsBook.MostRules),
                _ => T("Somebody else has just changed this rule. Look at it, and try again."),
            };
            if (refusal is null)
            {
                return LocalRedirect("/rights");
            }

            ModelState.AddModelError("Form.Camera", refusal);
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await rules.RemoveAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/rights");
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var configured = options.Value.Rules();
        All =
        [
            .. configured.Select(rule => new RightsRow(null, rule, IsOverruled: false)),
            .. (await rules.ListAsync(cancellationToken)).Select(row => new RightsRow(row.Id, RightsRule.From(row), configured.Any(rule => rule.Camera.Text == row.Camera))),
        ];
    }
}

/// <summary>A rule as the page shows it.</summary>
/// <param name="Id">Identifies a rule of the page; null for one of the configuration.</param>
/// <param name="IsOverruled">Whether the configuration has a rule for the same pattern, which wins.</param>
internal sealed record RightsRow(Guid? Id, RightsRule Rule, bool IsOverruled);

using System.ComponentModel.DataAnnotations;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Mail;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications;

/// <summary>Shows the rules and what became of mails, and lets administrators change the rules and send a test.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class NotificationsModel(
    NotificationRules rules, Deliveries deliveries, GroupStore groups, IOptions<MailOptions> mail, TimeProvider clock) : PageModel
{
    [BindProperty]
    public NotificationRuleForm Form { get; set; } = new();

    /// <summary>Where the test mail goes.</summary>
    [Display(Name = "E-mail")]
    public string? TestTo { get; private set; }

    public MailOptions Mail => mail.Value;

    public IReadOnlyList<NotificationRule> All { get; private set; } = [];

    public IReadOnlyList<GroupRow> Groups { get; private set; } = [];

    public IReadOnlyList<DeliveryRow> Latest { get; private set; } = [];

    public (MailTrouble Trouble, int Waiting)? Outage { get; private set; }

    public string GroupOf(NotificationRule rule) => rule.GroupId is { } id ? Groups.FirstOrDefault(group => group.Id == id)?.Name ?? "" : T("All");

    /// <param name="change">The rule to put into the form.</param>
    public async Task OnGetAsync(Guid? change, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        Form = All.FirstOrDefault(rule => rule.Id == change) is { } changed ? NotificationRuleForm.From(changed) : new() { ToGuardians = true };
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (ModelState.IsValid)
        {
            var rule = Form.ToRule(clock.GetUtcNow().UtcDateTime);
            switch (Form.Id is { } id ? await rules.ChangeAsync(id, rule, User.AccountId(), cancellationToken) : await rules.AddAsync(rule, User.AccountId(), cancellationToken))
            {
                case NotificationRuleOutcome.Saved:
                    return LocalRedirect("/notifications");
                case NotificationRuleOutcome.TooMany:
                    ModelState.AddModelError("", T("There may be {0} rules at most. Remove one first.", NotificationRules.Most));
                    break;
                default:
                    ModelState.AddModelError("", T("The rule or its group was removed meanwhile. Load this page again."));
                    break;
            }
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync([FromForm] Guid id, CancellationToken cancellationToken)
    {
        await rules.RemoveAsync(id, User.AccountId(), cancellationToken);
        return LocalRedirect("/notifications");
    }

    public async Task<IActionResult> OnPostTestAsync([FromForm] string? testTo, CancellationToken cancellationToken)
    {
        ModelState.Clear(); // what was posted is not a rule
        if (Mail.IsOn && MailAddresses.TryRead(testTo, out var address))
        {
            await deliveries.TestAsync(address, User.AccountId(), cancellationToken);
            return LocalRedirect("/notifications");
        }

        TestTo = testTo;
        ModelState.AddModelError(nameof(TestTo), Mail.IsOn ? T("This must be an e-mail address such as office@example.org, without a name.") : T("No mail server is set."));
        Form = new() { ToGuardians = true };
        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        All = await rules.ListAsync(cancellationToken);
        Groups = await groups.ListAsync(cancellationToken);
        Latest = await deliveries.LatestAsync(cancellationToken);
        Outage = await deliveries.OutageAsync(cancellationToken);
    }
}

using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Retention;

/// <summary>What would go by its age now.</summary>
internal sealed record RetentionOutlook(RetentionRule Rule, int Due, int Held);

/// <summary>Shows how long data is kept, what would go now, and what the last runs did.</summary>
[Authorize(AccountRegistration.AdminsOnly)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class RetentionModel(
    AttendanceDb db, RetentionSchedule schedule, RetentionRuns runs, RetentionBatches batches, RetentionJob job, TimeProvider clock) : PageModel
{
    public IReadOnlyList<RetentionOutlook> Outlook { get; private set; } = [];

    public RetentionClock? Clock { get; private set; }

    public IReadOnlyList<IGrouping<Guid, RetentionRun>> Runs { get; private set; } = [];

    /// <summary>The names of the accounts that asked for runs, by id. Those of deleted accounts are not there.</summary>
    public IReadOnlyDictionary<string, string> Names { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public bool IsAsked { get; private set; }

    /// <summary>Says what a run has deleted, by the codes that the audit has.</summary>
    public static IHtmlContent Deleted(IEnumerable<RetentionRun> run)
    {
        var codes = string.Join(", ", run.Where(each => each.Deleted > 0).Select(each => $"{each.Purpose} {each.Deleted}"));
        return codes.Length == 0 ? new HtmlContentBuilder().Append(T("nothing")) : new HtmlFormattableString("<span translate=\"no\">{0}</span>", codes);
    }

    public async Task OnGetAsync([FromQuery] string? asked, CancellationToken cancellationToken)
    {
        IsAsked = asked is not null;
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRunAsync(CancellationToken cancellationToken)
    {
        if (await runs.AskAsync(User.AccountId(), cancellationToken))
        {
            job.Wake();
            return LocalRedirect("/retention?asked=1");
        }

        ModelState.AddModelError("", T("A run is under way. Load this page again in a moment to see what it did."));
        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var outlook = new List<RetentionOutlook>();
        foreach (var rule in schedule.Rules)
        {
            outlook.Add(rule.Keep.Time is { } kept
                ? new(rule, await batches.CountAsync(rule.Purpose, now - kept, cancellationToken), await batches.CountHeldAsync(rule.Purpose, now - kept, cancellationToken))
                : new(rule, 0, 0));
        }

        Outlook = outlook;
        Clock = await runs.ReadAsync(cancellationToken);
        var all = await runs.ListAsync(cancellationToken);
        Runs = [.. all.GroupBy(run => run.RunId)];
        var accounts = all.Select(run => run.StartedBy).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        Names = await db.Users.Where(account => accounts.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.UserName!, StringComparer.Ordinal, cancellationToken);
    }
}

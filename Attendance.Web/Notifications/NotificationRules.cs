using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Notifications;

internal enum NotificationRuleOutcome
{
    Saved,

    /// <summary>The rule or its group does not exist, or not any more.</summary>
    Unknown,
    TooMany,
}

/// <summary>Keeps the rules of notifications.</summary>
internal sealed class NotificationRules(AttendanceDb db, AuditLog audit)
{
    /// <summary>How many rules there may be.</summary>
    public const int Most = 50;

    public async Task<IReadOnlyList<NotificationRule>> ListAsync(CancellationToken cancellationToken) =>
        await db.NotificationRules.AsNoTracking().OrderBy(rule => rule.CreatedAt).ThenBy(rule => rule.Id).ToListAsync(cancellationToken);

    public async Task<NotificationRuleOutcome> AddAsync(NotificationRule rule, string accountId, CancellationToken cancellationToken)
    {
        if (await db.NotificationRules.CountAsync(cancellationToken) >= Most)
        {
            return NotificationRuleOutcome.TooMany;
        }

        if (!await HasGroupAsync(rule, cancellationToken))
        {
            return NotificationRuleOutcome.Unknown;
        }

        db.NotificationRules.Add(rule);
        audit.Add(accountId, new("notification_rule.added", rule.Id, Detail: InEnglish(() => RuleWords.Of(rule))));
        await db.SaveChangesAsync(cancellationToken);
        return NotificationRuleOutcome.Saved;
    }

    /// <summary>Changes a rule. If it is to look at something else, another rule replaces it, with what it would still have told.</summary>
    public async Task<NotificationRuleOutcome> ChangeAsync(Guid id, NotificationRule wanted, string accountId, CancellationToken cancellationToken)
    {
        if (await db.NotificationRules.SingleOrDefaultAsync(rule => rule.Id == id, cancellationToken) is not { } rule || !await HasGroupAsync(wanted, cancellationToken))
        {
            return NotificationRuleOutcome.Unknown;
        }

        if (rule.LooksAtSame(wanted))
        {
            (rule.ToGuardians, rule.ToManagers, rule.Addresses) = (wanted.ToGuardians, wanted.ToManagers, wanted.Addresses);
            (rule.Digest, rule.SendAt, rule.SendOn, rule.QuietFrom, rule.QuietUntil) = (wanted.Digest, wanted.SendAt, wanted.SendOn, wanted.QuietFrom, wanted.QuietUntil);
        }
        else
        {
            db.NotificationRules.Remove(rule);
            db.NotificationRules.Add(wanted);
        }

        audit.Add(accountId, new("notification_rule.changed", id, Detail: InEnglish(() => $"{RuleWords.Of(rule)} to {RuleWords.Of(wanted)}")));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return NotificationRuleOutcome.Saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return NotificationRuleOutcome.Unknown; // another administrator has just removed it
        }
    }

    /// <summary>Removes a rule, with what it would still have told. It is safe to repeat.</summary>
    public Task RemoveAsync(Guid id, string accountId, CancellationToken cancellationToken) =>
        audit.DeleteAsync(db.NotificationRules.Where(rule => rule.Id == id), accountId, new("notification_rule.removed", id), cancellationToken);

    private async Task<bool> HasGroupAsync(NotificationRule rule, CancellationToken cancellationToken) =>
        rule.GroupId is not { } id || await db.Groups.AnyAsync(group => group.Id == id, cancellationToken);
}

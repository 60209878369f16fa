using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Rights;

internal enum RuleOutcome
{
    Saved,

    /// <summary>The configuration has a rule for the same pattern, which wins.</summary>
    Configured,

    TooMany,

    /// <summary>Another administrator added a rule for the same pattern at this moment.</summary>
    Taken,
}

/// <summary>Keeps the rules of the page.</summary>
internal sealed partial class RuleStore(AttendanceDb db, AuditLog audit, CurrentRights rights, IOptions<RightsOptions> options, ILogger<RuleStore> logger)
{
    public async Task<IReadOnlyList<CameraRule>> ListAsync(CancellationToken cancellationToken) =>
        await db.CameraRules.AsNoTracking().OrderBy(rule => rule.Camera).ToListAsync(cancellationToken);

    /// <summary>Adds a rule, or changes the one for the same pattern.</summary>
    public async Task<RuleOutcome> SetAsync(RightsRule rule, string accountId, CancellationToken cancellationToken)
    {
        if (options.Value.Exists(configured => configured.Camera == rule.Camera.Text))
        {
            return RuleOutcome.Configured;
        }

        var row = await db.CameraRules.SingleOrDefaultAsync(each => each.Camera == rule.Camera.Text, cancellationToken);
        if (row is null && await db.CameraRules.CountAsync(cancellationToken) >= RightsBook.MostRules)
        {
            return RuleOutcome.TooMany;
        }

        var isNew = row is null;
        row ??= db.CameraRules.Add(new CameraRule { Camera = rule.Camera.Text }).Entity;
        (row.Watch, row.Borrow, row.Publish) = (rule.Watch?.ToString(), rule.Borrow?.ToString(), rule.Publish?.ToString());
        if (!isNew && db.Entry(row).State == EntityState.Unchanged)
        {
            return RuleOutcome.Saved;
        }

        audit.Add(accountId, new(isNew ? "right.added" : "right.changed", row.Id, Detail: rule.ToString()));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || db.IsDuplicate(exception))
        {
            return RuleOutcome.Taken;
        }

        rights.Forget();
        LogChanged(row.Camera, accountId);
        return RuleOutcome.Saved;
    }

    /// <summary>Removes a rule. It is safe to repeat.</summary>
    public async Task RemoveAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.CameraRules.SingleOrDefaultAsync(rule => rule.Id == id, cancellationToken) is { } row)
        {
            db.CameraRules.Remove(row);
            audit.Add(accountId, new("right.removed", id, Detail: $"cameras {row.Camera}"));
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                LogChanged(row.Camera, accountId);
            }
            catch (DbUpdateConcurrencyException)
            {
                // Another administrator removed it at this moment.
            }
        }

        rights.Forget();
    }

    [LoggerMessage(LogLevel.Information, "The rights on cameras {Cameras} were changed by account {AccountId}")]
    private partial void LogChanged(string cameras, string accountId);
}

using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Retention;

/// <summary>A run that this process has: it goes on from where an earlier process has stopped, if one has.</summary>
/// <param name="At">When the run began. What is old is judged by it.</param>
internal sealed record OwnedRun(Guid Id, Guid Owner, DateTime At, string? StartedBy);

/// <summary>Keeps when the next run is due, who runs it, and what each run did. It is in the database, so that of several replicas one runs.</summary>
internal sealed class RetentionRuns(AttendanceDb db, AuditLog audit, RetentionBatches batches, IOptions<RetentionOptions> options, TimeProvider clock)
{
    private const int Shown = 60;
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(400);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<RetentionClock?> ReadAsync(CancellationToken cancellationToken) => db.RetentionClocks.AsNoTracking().SingleOrDefaultAsync(cancellationToken);

    /// <summary>Lists what the last runs did, the newest first.</summary>
    public Task<List<RetentionRun>> ListAsync(CancellationToken cancellationToken) =>
        db.RetentionRuns.AsNoTracking().OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.RunId).ThenBy(run => run.Purpose).Take(Shown).ToListAsync(cancellationToken);

    /// <summary>Takes the run that is due, or was interrupted.</summary>
    /// <returns>The run, or null if none is due or another process has it.</returns>
    public async Task<OwnedRun?> TakeAsync(Guid owner, CancellationToken cancellationToken)
    {
        var now = Now;
        if (await ReadAsync(cancellationToken) is not { } there)
        {
            // The first run is a day after the first start, so that an administrator can see beforehand what would go.
            await db.Database.ExecuteSqlAsync(
                $"""INSERT INTO retention_clock ("Id", "DueAt") VALUES ({RetentionClock.TheOne}, {now + options.Value.Every}) ON CONFLICT ("Id") DO NOTHING""", cancellationToken);
            return null;
        }

        if ((there.RunId is null && there.DueAt > now) || (there.Owner != owner && there.OwnedUntil > now))
        {
            return null;
        }

        var run = new OwnedRun(there.RunId ?? Guid.CreateVersion7(), owner, there.StartedAt ?? now, there.StartedBy);
        var until = now + options.Value.OwnedFor;
        var isOurs = await db.RetentionClocks.Where(each => each.Owner == there.Owner && each.OwnedUntil == there.OwnedUntil && each.RunId == there.RunId).ExecuteUpdateAsync(
            each => each.SetProperty(row => row.RunId, run.Id).SetProperty(row => row.StartedAt, run.At).SetProperty(row => row.Owner, owner).SetProperty(row => row.OwnedUntil, until),
            cancellationToken) == 1;
        return isOurs ? run : null;
    }

    /// <summary>Deletes some of what is older than a time, and notes it, in one transaction.</summary>
    /// <returns>How much was deleted, and whether to go on. Null if another process has the run now; then nothing was deleted.</returns>
    public async Task<(int Deleted, bool IsMore)?> DeleteSomeAsync(OwnedRun run, RetentionRule rule, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var until = Now + options.Value.OwnedFor;
        if (await db.RetentionClocks.Where(each => each.Owner == run.Owner && each.RunId == run.Id)
            .ExecuteUpdateAsync(each => each.SetProperty(row => row.OwnedUntil, until), cancellationToken) == 0)
        {
            return null;
        }

        var code = rule.Purpose.Code();
        var row = await db.RetentionRuns.AsNoTracking().SingleOrDefaultAsync(each => each.RunId == run.Id && each.Purpose == code, cancellationToken);
        if (row is { EndedAt: not null })
        {
            return (0, false); // before the process stopped that had the run
        }

        var before = run.At - rule.Keep.Time!.Value;
        var (deleted, isMore) = await batches.DeleteAsync(rule.Purpose, before, options.Value.Batch, cancellationToken);
        if (row is null)
        {
            db.RetentionRuns.Add(new RetentionRun
            {
                RunId = run.Id, Purpose = code, StartedAt = run.At, StartedBy = run.StartedBy, EndedAt = isMore ? null : Now, Deleted = deleted,
                Held = await batches.CountHeldAsync(rule.Purpose, before, cancellationToken),
            });
            await db.SaveChangesAsync(cancellationToken);
        }
        else
        {
            DateTime? ended = isMore ? null : Now;
            await db.RetentionRuns.Where(each => each.RunId == run.Id && each.Purpose == code).ExecuteUpdateAsync(
                each => each.SetProperty(one => one.Deleted, one => one.Deleted + deleted).SetProperty(one => one.EndedAt, ended), cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
        return (deleted, isMore);
    }

    /// <summary>Ends the run, and writes what it did into the audit.</summary>
    /// <returns>What it did, by purpose, or null if another process has the run now.</returns>
    public async Task<string?> EndAsync(OwnedRun run, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var (next, old) = (Now + options.Value.Every, Now - s_kept);
        if (await db.RetentionClocks.Where(each => each.Owner == run.Owner && each.RunId == run.Id).ExecuteUpdateAsync(
            each => each.SetProperty(row => row.DueAt, next).SetProperty(row => row.RunId, (Guid?)null).SetProperty(row => row.StartedAt, (DateTime?)null)
                .SetProperty(row => row.StartedBy, (string?)null).SetProperty(row => row.Owner, (Guid?)null).SetProperty(row => row.OwnedUntil, (DateTime?)null),
            cancellationToken) == 0)
        {
            return null;
        }

        var rows = await db.RetentionRuns.Where(each => each.RunId == run.Id && each.Deleted > 0).OrderBy(each => each.Purpose).ToListAsync(cancellationToken);
        var words = rows.Count == 0 ? "nothing" : string.Join(", ", rows.Select(row => $"{row.Purpose} {row.Deleted}"));
        await db.RetentionRuns.Where(each => each.StartedAt < old).ExecuteDeleteAsync(cancellationToken);
        audit.Add(run.StartedBy ?? AuditLog.BySchedule, new("retention.ran", run.Id, Detail: words));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return words;
    }

    /// <summary>Lets another process go on with the run at once, because this one could not.</summary>
    public Task ReleaseAsync(Guid owner, CancellationToken cancellationToken) => db.RetentionClocks.Where(each => each.Owner == owner)
        .ExecuteUpdateAsync(each => each.SetProperty(row => row.OwnedUntil, (DateTime?)null), cancellationToken);

    /// <summary>Makes a run due now.</summary>
    /// <returns><see langword="false"/> if one is under way.</returns>
    public async Task<bool> AskAsync(string accountId, CancellationToken cancellationToken)
    {
        var now = Now;
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO retention_clock ("Id", "DueAt") VALUES ({RetentionClock.TheOne}, {now}) ON CONFLICT ("Id") DO NOTHING""", cancellationToken);
        if (await db.RetentionClocks.Where(each => each.RunId == null).ExecuteUpdateAsync(
            each => each.SetProperty(row => row.DueAt, now).SetProperty(row => row.StartedBy, accountId), cancellationToken) == 0)
        {
            return false;
        }

        audit.Add(accountId, new("retention.asked"));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        return true;
    }
}

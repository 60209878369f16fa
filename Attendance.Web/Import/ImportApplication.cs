using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import;

/// <summary>
/// Applies imports that were confirmed, some items in each transaction. The same transaction deletes these items, so an import that was
/// interrupted goes on where it was, and nothing is applied twice.
/// </summary>
internal sealed partial class ImportApplication(
    AttendanceDb db, ImportSeal seal, ImportClaims claims, IEnumerable<IImportKind> kinds, AuditLog audit, TimeProvider clock, ILogger<ImportApplication> logger)
{
    /// <returns><see langword="false"/> if nothing was left, so that the import is done.</returns>
    /// <exception cref="ImportStoppedException">The claim was lost, or somebody has cancelled the import. Nothing was applied.</exception>
    /// <exception cref="DbUpdateException">Somebody else has changed the same at the same time. Nothing was applied; it is worth trying again.</exception>
    public async Task<bool> ApplyNextAsync(ImportClaim claim, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        await claims.KeepAsync(claim, handled: 0, cancellationToken);
        db.ChangeTracker.Clear();
        var run = await db.ImportRuns.AsNoTracking().SingleAsync(each => each.Id == claim.ImportId, cancellationToken);
        var kind = kinds.Single(each => each.Kind == run.Kind);
        var items = await db.ImportItems.AsNoTracking()
            .Where(item => item.ImportId == run.Id && item.Verdict != ImportVerdict.Refused)
            .OrderBy(item => item.Position).Take(kind.AtOnce).Select(item => new { item.Position, item.Verdict, item.PersonId, item.Sealed }).ToListAsync(cancellationToken);
        if (items.Count == 0)
        {
            await EndAsync(run, cancellationToken);
            await change.CommitAsync(cancellationToken);
            await db.ForgetDeletedAsync(logger);
            LogDone(run.Id, run.Kind, run.New, run.Changed, run.Unchanged, run.Leaving, run.Refused);
            return false;
        }

        var results = await kind.ApplyAsync(
            run, [.. items.Select(item => new ImportEntry(item.Position, item.Verdict, item.PersonId, seal.Open(run.Id, item.Position, item.Sealed)))], cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        await MarkAsync(claim, results, cancellationToken);
        await change.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Refuses the next item, because it could not be stored again and again.</summary>
    public async Task RefuseNextAsync(ImportClaim claim, string problem, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        await claims.KeepAsync(claim, handled: 0, cancellationToken);
        db.ChangeTracker.Clear();
        var item = await db.ImportItems.AsNoTracking().Where(each => each.ImportId == claim.ImportId && each.Verdict != ImportVerdict.Refused)
            .OrderBy(each => each.Position).FirstAsync(cancellationToken);
        var entry = new ImportEntry(item.Position, item.Verdict, item.PersonId, seal.Open(claim.ImportId, item.Position, item.Sealed));
        await MarkAsync(claim, [new(entry, ImportVerdict.Refused, problem)], cancellationToken);
        await change.CommitAsync(cancellationToken);
    }

    private async Task MarkAsync(ImportClaim claim, IReadOnlyList<AppliedEntry> results, CancellationToken cancellationToken)
    {
        var applied = results.Where(each => each.Verdict != ImportVerdict.Refused).Select(each => each.Entry.Position).ToArray();
        await db.ImportItems.Where(item => item.ImportId == claim.ImportId && applied.Contains(item.Position)).ExecuteDeleteAsync(cancellationToken);
        foreach (var (entry, _, problem) in results.Where(each => each.Verdict == ImportVerdict.Refused))
        {
            var content = seal.Seal(claim.ImportId, entry.Position, entry.Content with { Problem = problem, Question = null });
            await db.ImportItems.Where(item => item.ImportId == claim.ImportId && item.Position == entry.Position).ExecuteUpdateAsync(
                item => item.SetProperty(each => each.Verdict, ImportVerdict.Refused).SetProperty(each => each.Sealed, content).SetProperty(each => each.SealedPicture, (byte[]?)null),
                cancellationToken);
        }

        int More(ImportVerdict verdict) => results.Count(each => each.Verdict == verdict);
        var (added, changed, unchanged, leaving, refused) =
            (More(ImportVerdict.New), More(ImportVerdict.Changed), More(ImportVerdict.Unchanged), More(ImportVerdict.Leaving), More(ImportVerdict.Refused));
        await claims.Held(claim).ExecuteUpdateAsync(
            run => run.SetProperty(each => each.Handled, each => each.Handled + results.Count)
                .SetProperty(each => each.New, each => each.New + added).SetProperty(each => each.Changed, each => each.Changed + changed)
                .SetProperty(each => each.Unchanged, each => each.Unchanged + unchanged).SetProperty(each => each.Leaving, each => each.Leaving + leaving)
                .SetProperty(each => each.Refused, each => each.Refused + refused),
            cancellationToken);
    }

    /// <summary>Deletes what is not needed any more. Rows that were refused stay, without pictures, for the operator to read.</summary>
    private async Task EndAsync(ImportRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await db.ImportSources.Where(source => source.ImportId == run.Id).ExecuteDeleteAsync(cancellationToken);
        await db.ImportItems.Where(item => item.ImportId == run.Id).ExecuteUpdateAsync(item => item.SetProperty(each => each.SealedPicture, (byte[]?)null), cancellationToken);
        await db.ImportRuns.Where(each => each.Id == run.Id).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.State, ImportState.Done).SetProperty(one => one.EndedAt, now).SetProperty(one => one.Settings, (string?)null)
                .SetProperty(one => one.ClaimedBy, (Guid?)null).SetProperty(one => one.ClaimedUntil, (DateTime?)null),
            cancellationToken);
        audit.Add(run.CreatedBy, new("import.done", run.Id, Detail: ImportWords.CountsOf(run)));
        await db.SaveChangesAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Import {ImportId} of {Kind} is done: {Added} new, {Changed} changed, {Unchanged} unchanged, {Left} left, {Refused} refused")]
    private partial void LogDone(Guid importId, ImportKind kind, int added, int changed, int unchanged, int left, int refused);
}

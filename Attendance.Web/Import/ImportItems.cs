using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import;

/// <summary>Stores what the check of an import finds, in transactions that hold only as long as the claim does.</summary>
internal sealed class ImportItems(AttendanceDb db, ImportSeal seal, ImportClaims claims)
{
    /// <summary>Begins a check anew: what an interrupted one has stored is deleted.</summary>
    /// <param name="items">How many items there will be, for the progress.</param>
    public async Task BeginAsync(ImportClaim claim, int items, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await claims.Held(claim).ExecuteUpdateAsync(run => run.SetProperty(each => each.Items, items).SetProperty(each => each.Handled, 0), cancellationToken) == 0)
        {
            throw new ImportStoppedException();
        }

        await db.ImportItems.Where(item => item.ImportId == claim.ImportId).ExecuteDeleteAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
    }

    public async Task AddAsync(ImportClaim claim, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        await claims.KeepAsync(claim, entries.Count, cancellationToken);
        db.ImportItems.AddRange(entries.Select(entry => new ImportItem
        {
            ImportId = claim.ImportId, Position = entry.Position, Verdict = entry.Verdict, PersonId = entry.PersonId,
            Sealed = seal.Seal(claim.ImportId, entry.Position, entry.Content),
        }));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }

    /// <summary>Counts what was found, and waits for the operator.</summary>
    public async Task EndAsync(ImportClaim claim, CancellationToken cancellationToken)
    {
        var counts = await db.ImportItems.Where(item => item.ImportId == claim.ImportId).GroupBy(item => item.Verdict)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(each => each.Key, each => each.Count, cancellationToken);
        await claims.Held(claim).ExecuteUpdateAsync(
            run => run
                .SetProperty(each => each.State, ImportState.Waiting).SetProperty(each => each.ClaimedBy, (Guid?)null).SetProperty(each => each.ClaimedUntil, (DateTime?)null)
                .SetProperty(each => each.Items, counts.Values.Sum()).SetProperty(each => each.Handled, 0).SetProperty(each => each.Problem, (string?)null)
                .SetProperty(each => each.New, counts.GetValueOrDefault(ImportVerdict.New))
                .SetProperty(each => each.Changed, counts.GetValueOrDefault(ImportVerdict.Changed))
                .SetProperty(each => each.Unchanged, counts.GetValueOrDefault(ImportVerdict.Unchanged))
                .SetProperty(each => each.Leaving, counts.GetValueOrDefault(ImportVerdict.Leaving))
                .SetProperty(each => each.Refused, counts.GetValueOrDefault(ImportVerdict.Refused)),
            cancellationToken);
    }

    /// <summary>Gives the import back to the operator, because the file cannot be read as they have said.</summary>
    public Task RejectAsync(ImportClaim claim, string problem, CancellationToken cancellationToken) => claims.Held(claim).ExecuteUpdateAsync(
        run => run
            .SetProperty(each => each.State, ImportState.Draft).SetProperty(each => each.ClaimedBy, (Guid?)null).SetProperty(each => each.ClaimedUntil, (DateTime?)null)
            .SetProperty(each => each.Problem, problem),
        cancellationToken);
}

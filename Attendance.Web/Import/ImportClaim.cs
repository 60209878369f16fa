using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

/// <summary>An import that a process has for itself, for a state that it was in when it was claimed.</summary>
internal sealed record ImportClaim(Guid ImportId, ImportState State, Guid Claimant);

/// <summary>Decides which process works on which import. A claim expires unless it is renewed, so an import whose process was killed goes on.</summary>
internal sealed class ImportClaims(AttendanceDb db, IOptions<ImportOptions> options, TimeProvider clock)
{
    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Claims the oldest import that is to be worked on and that no other process has.</summary>
    public async Task<ImportClaim?> TryTakeAsync(Guid claimant, CancellationToken cancellationToken)
    {
        var now = Now;
        var free = await db.ImportRuns.AsNoTracking()
            .Where(run => (run.State == ImportState.Checking || run.State == ImportState.Applying) && (run.ClaimedUntil == null || run.ClaimedUntil < now))
            .OrderBy(run => run.CreatedAt).ThenBy(run => run.Id).Select(run => new { run.Id, run.State }).ToListAsync(cancellationToken);
        foreach (var run in free)
        {
            var until = now + options.Value.ClaimLasts;
            var taken = await db.ImportRuns.Where(each => each.Id == run.Id && each.State == run.State && (each.ClaimedUntil == null || each.ClaimedUntil < now))
                .ExecuteUpdateAsync(each => each.SetProperty(one => one.ClaimedBy, claimant).SetProperty(one => one.ClaimedUntil, until), cancellationToken);
            if (taken == 1)
            {
                return new(run.Id, run.State, claimant);
            }
        }

        return null;
    }

    /// <summary>
    /// Renews a claim. In a transaction it locks the import's row until the end, so that of two processes that both believe to have it only
    /// one can commit what it does.
    /// </summary>
    /// <param name="handled">How many more items were looked at.</param>
    /// <exception cref="ImportStoppedException">The claim was lost, or the import is in another state.</exception>
    public async Task KeepAsync(ImportClaim claim, int handled, CancellationToken cancellationToken)
    {
        var until = Now + options.Value.ClaimLasts;
        if (await Held(claim).ExecuteUpdateAsync(
            each => each.SetProperty(one => one.ClaimedUntil, until).SetProperty(one => one.Handled, one => one.Handled + handled), cancellationToken) == 0)
        {
            throw new ImportStoppedException();
        }
    }

    /// <summary>The import, as long as the claim holds.</summary>
    public IQueryable<ImportRun> Held(ImportClaim claim) =>
        db.ImportRuns.Where(each => each.Id == claim.ImportId && each.ClaimedBy == claim.Claimant && each.State == claim.State);

    /// <summary>Gives a claim back, so that another process need not wait for its end.</summary>
    public Task ReleaseAsync(ImportClaim claim, CancellationToken cancellationToken) => db.ImportRuns
        .Where(each => each.Id == claim.ImportId && each.ClaimedBy == claim.Claimant)
        .ExecuteUpdateAsync(each => each.SetProperty(one => one.ClaimedBy, (Guid?)null).SetProperty(one => one.ClaimedUntil, (DateTime?)null), cancellationToken);
}

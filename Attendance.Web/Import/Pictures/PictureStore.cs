using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import.Pictures;

/// <summary>Stores the pictures of an import, encrypted, until they are a person's or the import ends.</summary>
internal sealed class PictureStore(AttendanceDb db, ImportSeal seal, ImportClaims claims, ImportSignal signal, TimeProvider clock)
{
    /// <summary>Begins an import that nobody works on before it is complete.</summary>
    public async Task<Guid> BeginAsync(string evidence, string accountId, CancellationToken cancellationToken)
    {
        var run = new ImportRun
        {
            Kind = ImportKind.Pictures, State = ImportState.Draft, CreatedAt = clock.GetUtcNow().UtcDateTime, CreatedBy = accountId, Settings = new PictureSettings(evidence).ToJson(),
        };
        db.ImportRuns.Add(run);
        await db.SaveChangesAsync(cancellationToken);
        return run.Id;
    }

    public async Task AddAsync(Guid id, ImportEntry entry, byte[]? picture, CancellationToken cancellationToken)
    {
        db.ImportItems.Add(new ImportItem
        {
            ImportId = id, Position = entry.Position, Verdict = entry.Verdict, PersonId = entry.PersonId, Sealed = seal.Seal(id, entry.Position, entry.Content),
            SealedPicture = picture is null ? null : seal.SealPicture(id, entry.Position, picture),
        });
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear(); // so that no picture stays in memory
    }

    public async Task EndAsync(Guid id, int items, CancellationToken cancellationToken)
    {
        await db.ImportRuns.Where(run => run.Id == id && run.State == ImportState.Draft).ExecuteUpdateAsync(
            run => run.SetProperty(each => each.State, ImportState.Checking).SetProperty(each => each.Items, items), cancellationToken);
        signal.Wake();
    }

    /// <summary>Deletes an import that was not complete.</summary>
    public Task DropAsync(Guid id, CancellationToken cancellationToken) => db.ImportRuns.Where(run => run.Id == id).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Returns the pictures of the next person that the dry run has not looked at. Empty if there are none.</summary>
    public async Task<IReadOnlyList<(ImportEntry Entry, byte[] Picture)>> NextAsync(Guid id, CancellationToken cancellationToken)
    {
        var items = db.ImportItems.AsNoTracking().Where(item => item.ImportId == id && item.Verdict == ImportVerdict.Unchecked);
        var person = await items.OrderBy(item => item.Position).Select(item => item.PersonId).FirstOrDefaultAsync(cancellationToken);
        var found = await items.Where(item => item.PersonId == person).OrderBy(item => item.Position).ToListAsync(cancellationToken);
        return
        [
            .. found.Select(item => (
                new ImportEntry(item.Position, item.Verdict, item.PersonId, seal.Open(id, item.Position, item.Sealed)), seal.OpenPicture(id, item.Position, item.SealedPicture!))),
        ];
    }

    /// <summary>Stores what the dry run has found out about the pictures of a person. Refused ones are deleted at once.</summary>
    public async Task SetAsync(ImportClaim claim, IReadOnlyList<(ImportEntry Entry, byte[]? Picture)> found, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        await claims.KeepAsync(claim, found.Count, cancellationToken);
        foreach (var (entry, picture) in found)
        {
            var content = seal.Seal(claim.ImportId, entry.Position, entry.Content);
            var kept = picture is null ? null : seal.SealPicture(claim.ImportId, entry.Position, picture);
            await db.ImportItems.Where(item => item.ImportId == claim.ImportId && item.Position == entry.Position).ExecuteUpdateAsync(
                item => item.SetProperty(each => each.Verdict, entry.Verdict).SetProperty(each => each.Sealed, content).SetProperty(each => each.SealedPicture, kept), cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
    }

    public async Task<byte[]?> PictureAsync(Guid id, int position, CancellationToken cancellationToken) =>
        await db.ImportItems.AsNoTracking().Where(item => item.ImportId == id && item.Position == position).Select(item => item.SealedPicture).SingleOrDefaultAsync(cancellationToken) is { } picture
            ? seal.OpenPicture(id, position, picture)
            : null;
}

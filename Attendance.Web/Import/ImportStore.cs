using Attendance.Web.Audit;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

/// <summary>One page of the items of an import.</summary>
internal sealed record ImportPage(IReadOnlyList<ImportEntry> Entries, int Page, int Pages);

/// <summary>Stores imports, and what operators decide about them.</summary>
internal sealed partial class ImportStore(
    AttendanceDb db, ImportSeal seal, ImportSignal signal, AuditLog audit, IOptions<ImportOptions> options, TimeProvider clock, ILogger<ImportStore> logger)
{
    private const int PageSize = 50, Listed = 50;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<List<ImportRun>> ListAsync(CancellationToken cancellationToken) =>
        db.ImportRuns.AsNoTracking().OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Id).Take(Listed).ToListAsync(cancellationToken);

    public Task<ImportRun?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        db.ImportRuns.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellationToken);

    /// <param name="source">The file, which is stored encrypted.</param>
    /// <param name="settings">What the operator has chosen, as JSON of the kind of import.</param>
    public async Task<Guid> AddAsync(
        ImportKind kind, ImportState state, byte[] source, string settings, string accountId, CancellationToken cancellationToken)
    {
        var run = new ImportRun { Kind = kind, State = state, CreatedAt = Now, CreatedBy = accountId, Settings = settings };
        db.ImportRuns.Add(run);
        db.ImportSources.Add(new ImportSource { ImportId = run.Id, Sealed = seal.SealSource(run.Id, source) });
        await db.SaveChangesAsync(cancellationToken);
        signal.Wake();
        return run.Id;
    }

    /// <returns>The file, or null if it is not there any more.</returns>
    public async Task<byte[]?> SourceAsync(Guid id, CancellationToken cancellationToken) =>
        await db.ImportSources.AsNoTracking().Where(source => source.ImportId == id).Select(source => source.Sealed).SingleOrDefaultAsync(cancellationToken) is { } content
            ? seal.OpenSource(id, content)
            : null;

    /// <summary>Keeps what the operator has chosen, before the file is checked.</summary>
    public Task SetAsync(Guid id, string settings, CancellationToken cancellationToken) => db.ImportRuns
        .Where(run => run.Id == id && (run.State == ImportState.Draft || run.State == ImportState.Waiting))
        .ExecuteUpdateAsync(
            run => run.SetProperty(each => each.State, ImportState.Draft).SetProperty(each => each.Settings, settings).SetProperty(each => each.Problem, (string?)null),
            cancellationToken);

    public async Task CheckAsync(Guid id, CancellationToken cancellationToken)
    {
        await db.ImportRuns.Where(run => run.Id == id && run.State == ImportState.Draft).ExecuteUpdateAsync(
            run => run.SetProperty(each => each.State, ImportState.Checking).SetProperty(each => each.Items, 0).SetProperty(each => each.Handled, 0), cancellationToken);
        signal.Wake();
    }

    public async Task<ImportPage> PageAsync(Guid id, ImportVerdict verdict, int page, CancellationToken cancellationToken)
    {
        var items = db.ImportItems.AsNoTracking().Where(item => item.ImportId == id && item.Verdict == verdict);
        var pages = Math.Max(1, (await items.CountAsync(cancellationToken) + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        return new(await ReadAsync(id, items.OrderBy(item => item.Position).Skip((page - 1) * PageSize).Take(PageSize), cancellationToken), page, pages);
    }

    public Task<IReadOnlyList<ImportEntry>> RefusedAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync(id, db.ImportItems.AsNoTracking().Where(item => item.ImportId == id && item.Verdict == ImportVerdict.Refused).OrderBy(item => item.Position), cancellationToken);

    /// <param name="leaving">How many memberships would end, as the operator has seen it.</param>
    /// <returns><see langword="false"/> if something else would happen than the operator has seen.</returns>
    public async Task<bool> ConfirmAsync(Guid id, int leaving, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var confirmed = await db.ImportRuns.Where(run => run.Id == id && run.State == ImportState.Waiting && run.Leaving == leaving).ExecuteUpdateAsync(
            run => run.SetProperty(each => each.State, ImportState.Applying).SetProperty(each => each.Handled, 0).SetProperty(each => each.Items, each => each.Items - each.Refused)
                .SetProperty(each => each.New, 0).SetProperty(each => each.Changed, 0).SetProperty(each => each.Unchanged, 0).SetProperty(each => each.Leaving, 0), // from here on they count what was done
            cancellationToken);
        if (confirmed == 0)
        {
            return false;
        }

        audit.Add(accountId, new("import.confirmed", id));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        signal.Wake();
        return true;
    }

    /// <summary>Keeps what the operator has said to the question of an item, so that it is applied, and with it those about the same person.</summary>
    public async Task AnswerAsync(Guid id, int position, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        var person = await db.ImportItems.Where(item => item.ImportId == id && item.Position == position).Select(item => item.PersonId).SingleOrDefaultAsync(cancellationToken);
        var asked = person is null ? [] : await db.ImportItems.Where(item => item.ImportId == id && item.PersonId == person && item.Verdict == ImportVerdict.Refused).ToListAsync(cancellationToken);
        var answered = 0;
        foreach (var item in asked)
        {
            if (seal.Open(id, item.Position, item.Sealed) is { Question: not null } content)
            {
                item.Sealed = seal.Seal(id, item.Position, content with { Problem = null, Question = null, AnsweredAt = Now });
                item.Verdict = ImportVerdict.Changed;
                answered++;
            }
        }

        if (answered > 0 && await db.ImportRuns.Where(run => run.Id == id && run.State == ImportState.Waiting).ExecuteUpdateAsync(
            run => run.SetProperty(each => each.Refused, each => each.Refused - answered).SetProperty(each => each.Changed, each => each.Changed + answered), cancellationToken) == 1)
        {
            audit.Add(accountId, new("import.row_confirmed", id, person));
            await db.SaveChangesAsync(cancellationToken);
            await change.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Ends an import. What it has applied already stays. It is safe to repeat.</summary>
    public async Task CancelAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await EndAsync(db.ImportRuns.Where(run => run.Id == id && run.State != ImportState.Done && run.State != ImportState.Cancelled), cancellationToken) > 0)
        {
            await ForgetAsync([id], cancellationToken);
            audit.Add(accountId, new("import.cancelled", id));
            await db.SaveChangesAsync(cancellationToken);
        }

        await change.CommitAsync(cancellationToken);
        await db.ForgetDeletedAsync(logger);
    }

    /// <summary>Deletes the content of imports that nobody has confirmed in time, and refused rows that nobody needs any more.</summary>
    public async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        var before = Now - options.Value.KeptFor;
        var old = await db.ImportRuns.Where(run => run.State != ImportState.Applying && (run.EndedAt ?? run.CreatedAt) < before
                && (run.EndedAt == null || db.ImportItems.Any(item => item.ImportId == run.Id)))
            .Select(run => run.Id).ToListAsync(cancellationToken);
        if (old.Count == 0)
        {
            return;
        }

        await using (var change = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await EndAsync(db.ImportRuns.Where(run => old.Contains(run.Id) && run.EndedAt == null && run.State != ImportState.Applying), cancellationToken);
            var ended = await db.ImportRuns.Where(run => old.Contains(run.Id) && run.EndedAt != null).Select(run => run.Id).ToListAsync(cancellationToken);
            await ForgetAsync(ended, cancellationToken);
            await change.CommitAsync(cancellationToken);
        }

        await db.ForgetDeletedAsync(logger);
        LogForgotten(old.Count);
    }

    private Task<int> EndAsync(IQueryable<ImportRun> runs, CancellationToken cancellationToken)
    {
        var now = Now;
        return runs.ExecuteUpdateAsync(
            run => run.SetProperty(each => each.State, ImportState.Cancelled).SetProperty(each => each.EndedAt, now).SetProperty(each => each.Settings, (string?)null)
                .SetProperty(each => each.ClaimedBy, (Guid?)null).SetProperty(each => each.ClaimedUntil, (DateTime?)null),
            cancellationToken);
    }

    private async Task ForgetAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await db.ImportSources.Where(source => ids.Contains(source.ImportId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportItems.Where(item => ids.Contains(item.ImportId)).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ImportEntry>> ReadAsync(Guid id, IQueryable<ImportItem> items, CancellationToken cancellationToken)
    {
        var read = await items.Select(item => new { item.Position, item.Verdict, item.PersonId, item.Sealed }).ToListAsync(cancellationToken);
        return [.. read.Select(item => new ImportEntry(item.Position, item.Verdict, item.PersonId, seal.Open(id, item.Position, item.Sealed)))];
    }

    [LoggerMessage(LogLevel.Information, "The content of {Imports} imports was deleted, because they are too old")]
    private partial void LogForgotten(int imports);
}

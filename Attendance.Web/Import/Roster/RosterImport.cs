using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import.Roster;

/// <summary>Imports people and who is in which group. New groups come first, then the rows of the file, then who leaves groups.</summary>
internal sealed class RosterImport(
    AttendanceDb db, ImportStore imports, ImportItems items, GroupStore groups, IOptions<ImportOptions> options, TimeProvider clock) : IImportKind
{
    /// <summary>The position of the first membership that ends, after every row that a file may have.</summary>
    private const int FirstLeaving = 1_000_000;

    private const int CheckedAtOnce = 1000;

    public ImportKind Kind => ImportKind.People;

    public int AtOnce => options.Value.RowsAtOnce;

    public async Task CheckAsync(ImportRun run, ImportClaim claim, CancellationToken cancellationToken)
    {
        var settings = RosterSettings.FromJson(run.Settings);
        var content = await imports.SourceAsync(run.Id, cancellationToken) ?? throw new ImportStoppedException();
        var file = RosterFile.Read(content, settings.Coding, settings.Delimiter);
        var one = settings.Whole == WholeRoster.OneGroup ? await groups.FindAsync(settings.GroupId ?? Guid.Empty, cancellationToken) : null;
        if (settings.Whole == WholeRoster.OneGroup && one is null)
        {
            throw new ImportTroubleException("The group whose roster this is was deleted meanwhile. Choose another one.");
        }

        var rows = file.People(settings.Columns).Select(row => one is null ? row : row with { Groups = [.. row.Groups.Append(one.Name).DistinctBy(Writing.Fold, StringComparer.Ordinal)] }).ToList();
        await items.BeginAsync(claim, rows.Count, cancellationToken);
        var (firstRows, named) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var roster = new RosterLeaving();
        foreach (var some in rows.Chunk(CheckedAtOnce))
        {
            var book = await RosterBook.ReadAsync(db, some, cancellationToken);
            var found = new List<ImportEntry>();
            foreach (var row in some)
            {
                var judgement = row.Key is { } key && !firstRows.TryAdd(key, row.Row) ? RosterJudgement.Refused($"Row {firstRows[key]} has the same number.")
                    : await RosterJudge.JudgeAsync(row, book, settings.KeepNumbers, other => other != row.Key && firstRows.ContainsKey(other));
                found.Add(ToEntry(row, judgement, book.Find(row.Key)));
                roster.Add(row, judgement.Verdict == ImportVerdict.Refused, book);
                foreach (var name in judgement.Verdict == ImportVerdict.Refused ? [] : row.Groups.Where(name => book.FindGroup(name) is null))
                {
                    named.TryAdd(Writing.Fold(name), name);
                }
            }

            db.ChangeTracker.Clear();
            await items.AddAsync(claim, found, cancellationToken);
        }

        await items.AddAsync(claim, [.. named.Values.Select((name, index) => new ImportEntry(
            index - named.Count, ImportVerdict.New, null, new ImportContent(name) { Note = "A new group" }.With(new NewGroup(name))))], cancellationToken);
        if (settings.Whole != WholeRoster.No)
        {
            var leaving = await roster.FindAsync(db, one?.Id, cancellationToken);
            foreach (var some in leaving.Index().Chunk(CheckedAtOnce))
            {
                await items.AddAsync(claim, [.. some.Select(each => each.Item.ToEntry(FirstLeaving + each.Index))], cancellationToken);
            }
        }
    }

    public async Task<IReadOnlyList<AppliedEntry>> ApplyAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var first = entries[0].Position;
        return first < 0 ? await AddGroupsAsync(run, [.. entries.Where(entry => entry.Position < 0)], cancellationToken)
            : first < FirstLeaving ? await ApplyRowsAsync(run, [.. entries.Where(entry => entry.Position < FirstLeaving)], cancellationToken)
            : await RosterLeaving.ApplyAsync(db, groups, run.CreatedBy, entries, cancellationToken);
    }

    private async Task<IReadOnlyList<AppliedEntry>> AddGroupsAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var results = new List<AppliedEntry>();
        foreach (var entry in entries)
        {
            var (outcome, _) = await groups.AddAsync(entry.Content.Read<NewGroup>().Name, run.CreatedBy, cancellationToken);
            results.Add(new(entry, outcome == GroupOutcome.Saved ? ImportVerdict.New : ImportVerdict.Unchanged)); // somebody has made it meanwhile
        }

        return results;
    }

    private async Task<IReadOnlyList<AppliedEntry>> ApplyRowsAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var settings = RosterSettings.FromJson(run.Settings);
        var rows = entries.Select(entry => entry.Content.Read<RosterRow>()).ToList();
        var book = await RosterBook.ReadAsync(db, rows, cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var results = new List<AppliedEntry>();
        foreach (var (entry, row) in entries.Zip(rows))
        {
            var judgement = await RosterJudge.JudgeAsync(row, book, settings.KeepNumbers, _ => false);
            if (judgement.Verdict != ImportVerdict.Refused && row.Groups.FirstOrDefault(name => book.FindGroup(name) is null) is not null)
            {
                judgement = RosterJudgement.Refused("A group of this row was deleted meanwhile.");
            }

            if (judgement.Verdict is ImportVerdict.New or ImportVerdict.Changed)
            {
                Write(row, judgement, book, run.CreatedBy, now);
            }

            results.Add(new(entry, judgement.Verdict, judgement.Problem));
        }

        return results;
    }

    private void Write(RosterRow row, RosterJudgement judgement, RosterBook book, string accountId, DateTime now)
    {
        var person = book.Find(row.Key);
        if (person is null)
        {
            person = new Person { CreatedAt = now };
            judgement.Form!.WriteTo(person, now);
            db.People.Add(person);
            book.Add(person);
        }
        else if (judgement.Changes.Count > judgement.Joined.Count)
        {
            judgement.Form!.WriteTo(person, now);
        }

        foreach (var name in judgement.Joined)
        {
            groups.Join(book.FindGroup(name)!.Id, person.Id, accountId);
        }
    }

    private static ImportEntry ToEntry(RosterRow row, RosterJudgement judgement, Person? there) => new(
        row.Row, judgement.Verdict, there?.Id,
        new ImportContent(row.FullName ?? there?.FullName ?? "(no name)")
        {
            Number = row.Number, Changes = judgement.Changes.Count == 0 ? null : judgement.Changes, Problem = judgement.Problem, Note = judgement.Note,
        }.With(row));

    private sealed record NewGroup(string Name);
}

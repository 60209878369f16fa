using System.Text;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import.Timetables;

/// <summary>Imports a timetable: each event becomes a schedule, which the UID of the event identifies from then on.</summary>
internal sealed class TimetableImport(
    ImportStore imports, ImportItems items, ScheduleStore schedules, GroupStore groups, IOptions<CheckInOptions> rules, TimeProvider clock) : IImportKind
{
    public ImportKind Kind => ImportKind.Timetable;

    public int AtOnce => 1; // the sessions of a schedule are made with it

    public async Task CheckAsync(ImportRun run, ImportClaim claim, CancellationToken cancellationToken)
    {
        var settings = TimetableSettings.FromJson(run.Settings!);
        var content = await imports.SourceAsync(run.Id, cancellationToken) ?? throw new ImportStoppedException();
        var read = TimetableFile.Read(Encoding.UTF8.GetString(content), settings);
        await items.BeginAsync(claim, read.Count, cancellationToken);
        var there = await schedules.FindBySourceAsync([.. read.Select(each => each.Event?.Source).OfType<string>()], cancellationToken);
        var names = await NamesAsync(cancellationToken);
        var holidays = await schedules.HolidaysAsync(cancellationToken);
        var found = new List<ImportEntry>();
        foreach (var (index, each) in read.Index())
        {
            var judged = each.Event is null ? Refused(each.Problem!) : Judge(each.Event, there.GetValueOrDefault(each.Event.Source), settings, names, holidays);
            var entry = new ImportContent(each.Title)
            {
                Number = each.FirstDay?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Changes = judged.Changes is { Count: > 0 } ? judged.Changes : null,
                Problem = judged.Problem, Note = judged.Note,
            };
            found.Add(new(index + 1, judged.Verdict, null, each.Event is null ? entry : entry.With(each.Event)));
        }

        await items.AddAsync(claim, found, cancellationToken);
    }

    public async Task<IReadOnlyList<AppliedEntry>> ApplyAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var settings = TimetableSettings.FromJson(run.Settings!);
        var (entry, wanted) = (entries[0], entries[0].Content.Read<TimetableEvent>());
        var there = (await schedules.FindBySourceAsync([wanted.Source], cancellationToken)).GetValueOrDefault(wanted.Source);
        var judged = Judge(wanted, there, settings, await NamesAsync(cancellationToken), await schedules.HolidaysAsync(cancellationToken));
        if (judged.Verdict is ImportVerdict.New or ImportVerdict.Changed)
        {
            var outcome = there is null
                ? await schedules.AddAsync(wanted.ToSchedule(rules.Value.Rules(), settings.SkipsHolidays, clock.GetUtcNow().UtcDateTime), judged.Groups, run.CreatedBy, cancellationToken)
                : await ChangeAsync(there, wanted, judged.Groups, run.CreatedBy, cancellationToken);
            if (outcome != ScheduleOutcome.Saved)
            {
                throw new DbUpdateException("Somebody else has changed the schedule or its groups at the same time.");
            }
        }

        return [new(entry, judged.Verdict, judged.Problem)];
    }

    private Task<ScheduleOutcome> ChangeAsync(Schedule there, TimetableEvent wanted, IReadOnlyList<Guid> groupIds, string accountId, CancellationToken cancellationToken)
    {
        wanted.WriteTo(there);
        return schedules.ChangeAsync(there, there.Stamp, groupIds, accountId, cancellationToken);
    }

    private async Task<Dictionary<string, GroupRow>> NamesAsync(CancellationToken cancellationToken) =>
        (await groups.ListAsync(cancellationToken)).ToDictionary(group => Writing.Fold(group.Name), StringComparer.Ordinal);

    private Judgement Judge(TimetableEvent wanted, Schedule? there, TimetableSettings settings, Dictionary<string, GroupRow> names, IReadOnlyList<Holiday> holidays)
    {
        var known = names.Values.ToDictionary(group => group.Id);
        if (wanted.GroupNames.FirstOrDefault(name => !names.ContainsKey(Writing.Fold(name))) is { } missing)
        {
            return Refused($"There is no group “{missing}”. Make it under Groups first.");
        }

        List<Guid> groupIds = settings.GroupsBy == GroupsBy.Choice ? [.. settings.Groups] : [.. wanted.GroupNames.Select(name => names[Writing.Fold(name)].Id)];
        if (!groupIds.TrueForAll(known.ContainsKey))
        {
            return Refused("A group that you have chosen was deleted meanwhile.");
        }

        if (there?.EndedAt is not null)
        {
            return Refused("The schedule of this event was ended here. Make a new one by hand if it goes on.");
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var next = SchedulePreview.Next(wanted.ToSchedule(rules.Value.Rules(), there?.SkipsHolidays ?? settings.SkipsHolidays, now), holidays, now);
        var changes = Changes(there, wanted, string.Join(", ", groupIds.Select(id => known[id].Name).Order(StringComparer.Ordinal)), there is null ? null
            : string.Join(", ", there.Groups.Select(link => known.GetValueOrDefault(link.GroupId)?.Name).Order(StringComparer.Ordinal)));
        var note = next.Count == 0 ? "No date in the next two years." : $"Next: {string.Join("; ", next.Select(each => each.Words))}";
        return there is null && next.Count == 0 ? Refused("The event has no date in the next two years.")
            : there is null ? new(ImportVerdict.New, groupIds, changes, Note: note)
            : new(changes.Count == 0 ? ImportVerdict.Unchanged : ImportVerdict.Changed, groupIds, changes, Note: note);
    }

    private static IReadOnlyList<ImportChange> Changes(Schedule? there, TimetableEvent wanted, string groupNames, string? formerNames)
    {
        return
        [
            .. new ImportChange[]
            {
                new("Name", there?.Name, wanted.Name), new("Days", there?.Recurrence, wanted.Recurrence), new("First day", Day(there?.FirstDay), Day(wanted.FirstDay)),
                new("Start", Time(there?.StartsAt), Time(wanted.StartsAt)), new("Minutes", Minutes(there?.Duration), Minutes(wanted.Duration)), new("Time zone", there?.Zone, wanted.Zone),
                new("Place", there?.Place, wanted.Place), new("Not on", there?.ExceptDays, wanted.ExceptDays), new("Also on", there?.ExtraDays, wanted.ExtraDays),
                new("Groups", formerNames, groupNames),
            }.Where(change => change.From != change.To && !(there is null && change.Field == "Name")),
        ];

        static string? Day(DateOnly? day) => day is { } known ? $"{known:yyyy-MM-dd}" : null;
        static string? Time(TimeOnly? time) => time is { } known ? $"{known:HH:mm}" : null;
        static string? Minutes(TimeSpan? duration) => duration is { } known ? $"{known.TotalMinutes:0}" : null;
    }

    private static Judgement Refused(string problem) => new(ImportVerdict.Refused, [], null, problem);

    private sealed record Judgement(ImportVerdict Verdict, IReadOnlyList<Guid> Groups, IReadOnlyList<ImportChange>? Changes, string? Problem = null, string? Note = null);
}

using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Attendance.Web.People;
using Attendance.Web.Schedules;

namespace Attendance.Web.Import.Roster;

/// <summary>What a row comes to.</summary>
/// <param name="Form">The fields of the person as they would be. Null if the row is refused.</param>
/// <param name="Joined">The groups that the person is not in yet.</param>
internal sealed record RosterJudgement(
    ImportVerdict Verdict, PersonForm? Form, IReadOnlyList<ImportChange> Changes, IReadOnlyList<string> Joined, string? Problem = null, string? Note = null)
{
    public static RosterJudgement Refused(string problem) => new(ImportVerdict.Refused, null, [], [], problem);
}

/// <summary>Judges rows by the rules by which people, numbers and groups are judged that somebody types.</summary>
internal static class RosterJudge
{
    /// <param name="keepNumbers">Whether numbers that may mislead are kept.</param>
    /// <param name="isInFile">Whether an earlier row of the file has this key.</param>
    public static async ValueTask<RosterJudgement> JudgeAsync(RosterRow row, RosterBook book, bool keepNumbers, Func<string, bool> isInFile)
    {
        if (row.Problem is { } unreadable)
        {
            return RosterJudgement.Refused(unreadable);
        }

        if (new[] { row.Number, row.FullName, row.Label }.Concat(row.Groups).Any(text => text?.Contains('\uFFFD', StringComparison.Ordinal) == true))
        {
            return RosterJudgement.Refused("A character could not be read. Choose another encoding for the file.");
        }

        var there = book.Find(row.Key);
        if (there is null && row.Number is not null && row.FullName is null)
        {
            return RosterJudgement.Refused("Nobody has this number, and the row has no name for a new person.");
        }

        var form = new PersonForm { FullName = row.FullName ?? there?.FullName, Number = there?.Number ?? row.Number, Group = row.Label ?? there?.Group };
        if (Problems(form).Concat(row.Groups.SelectMany(name => Problems(new GroupForm { Name = name }).Select(problem => $"Group: {problem}"))).ToList() is { Count: > 0 } problems)
        {
            return RosterJudgement.Refused(string.Join(' ', problems.Distinct(StringComparer.Ordinal)));
        }

        var joined = row.Groups.Where(name => there is null || book.FindGroup(name) is not { } group || !book.IsMember(there, group)).ToList();
        return there is null ? await NewAsync(row, form, joined, book, keepNumbers, isInFile) : Changed(there, form, joined);
    }

    private static async ValueTask<RosterJudgement> NewAsync(
        RosterRow row, PersonForm form, IReadOnlyList<string> joined, RosterBook book, bool keepNumbers, Func<string, bool> isInFile)
    {
        ValueTask<bool> IsOfAnother(string key) => ValueTask.FromResult(book.Has(key) || isInFile(key));
        var outcome = await NumberRule.JudgeAsync(form.Number!, row.Key!, keep: keepNumbers, IsOfAnother);
        if (outcome == SaveOutcome.NumberMisleading)
        {
            return RosterJudgement.Refused("This number mixes letters that look alike, or looks like somebody else’s. Correct it, or keep such numbers where the columns are named.");
        }

        var misleads = keepNumbers && await NumberRule.JudgeAsync(form.Number!, row.Key!, keep: false, IsOfAnother) == SaveOutcome.NumberMisleading;
        return new(
            ImportVerdict.New, form, [.. row.Label is null ? [] : new[] { new ImportChange("Group, as text", null, row.Label) }, .. Joins(joined)], joined,
            Note: misleads ? "This number mixes letters that look alike, or looks like somebody else’s." : null);
    }

    private static RosterJudgement Changed(Person there, PersonForm form, IReadOnlyList<string> joined)
    {
        var changes = new List<ImportChange>();
        if (there.FullName != form.FullName)
        {
            changes.Add(new("Full name", there.FullName, form.FullName));
        }

        if (there.Group != form.Group)
        {
            changes.Add(new("Group, as text", there.Group, form.Group));
        }

        changes.AddRange(Joins(joined));
        return new(changes.Count == 0 ? ImportVerdict.Unchanged : ImportVerdict.Changed, form, changes, joined);
    }

    private static IEnumerable<ImportChange> Joins(IEnumerable<string> groups) => groups.Select(name => new ImportChange("Member of", null, name));

    private static IEnumerable<string> Problems(object form)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(form, new ValidationContext(form), results, validateAllProperties: true);
        return results.Select(result => result.ErrorMessage!);
    }
}

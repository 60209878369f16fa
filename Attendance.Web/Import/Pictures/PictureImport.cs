using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Import.Pictures;

/// <summary>
/// Imports pictures of people that there are, with the consent that the operator has evidence of. All pictures of a person are judged
/// together, and stored in one transaction with the consent.
/// </summary>
internal sealed class PictureImport(
    AttendanceDb db, PictureStore pictures, PictureJudge judge, ShotStore shots, ConsentTexts consents, ConsentRules rules, AuditLog audit, TimeProvider clock) : IImportKind
{
    private const string Withdrawn = "This person has withdrawn their consent.";
    private const string AgreedAgain = "They have agreed again";

    public ImportKind Kind => ImportKind.Pictures;

    public int AtOnce => 10; // those of one person are among them, and come together

    public async Task CheckAsync(ImportRun run, ImportClaim claim, CancellationToken cancellationToken)
    {
        while (await pictures.NextAsync(run.Id, cancellationToken) is { Count: > 0 } next)
        {
            var person = await db.People.AsNoTracking().Include(each => each.Shots).SingleOrDefaultAsync(each => each.Id == next[0].Entry.PersonId, cancellationToken);
            var judged = await JudgeAsync(next, person, cancellationToken);
            var found = new List<(ImportEntry, byte[]?)>();
            foreach (var picture in judged)
            {
                found.Add(await CompareAsync(picture, person, cancellationToken));
            }

            await pictures.SetAsync(claim, found, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<AppliedEntry>> ApplyAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken)
    {
        var theirs = entries.TakeWhile(entry => entry.PersonId == entries[0].PersonId).ToList();
        if (await db.People.SingleOrDefaultAsync(each => each.Id == theirs[0].PersonId, cancellationToken) is not { } person)
        {
            return Refuse(theirs, "This person was deleted meanwhile.");
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (person.ConsentWithdrawnAt is { } withdrawn && theirs.Any(entry => entry.Content.AnsweredAt is not { } answered || answered < withdrawn))
        {
            return Refuse(theirs, Withdrawn);
        }

        if (person.Consent is null || await rules.MustRenewAsync(person.Id, cancellationToken))
        {
            person.Agree(new Consent(now, consents.Version, run.CreatedBy)
            {
                Giver = person.NeedsGuardian(now) ? ConsentGiver.Guardian : ConsentGiver.Person, Evidence = PictureSettings.FromJson(run.Settings!).Evidence,
            });
            person.Touch(now);
            audit.Add(run.CreatedBy, new("consent.imported", run.Id, person.Id, Detail: $"version {consents.Version}"));
            await db.SaveChangesAsync(cancellationToken);
        }

        var results = new List<AppliedEntry>();
        foreach (var entry in theirs)
        {
            results.Add(await StoreAsync(run, person, entry, now, cancellationToken));
        }

        return results;
    }

    private async Task<IReadOnlyList<JudgedPicture>> JudgeAsync(IReadOnlyList<(ImportEntry Entry, byte[] Picture)> theirs, Person? person, CancellationToken cancellationToken)
    {
        try
        {
            return await judge.JudgeAsync(theirs, person?.Shots.Find(shot => shot.Pose == Pose.Front)?.Pitch, cancellationToken);
        }
        catch (FaceCheckUnavailableException)
        {
            throw new ImportTroubleException("Pictures cannot be checked on this server. Cancel this import, and tell whoever looks after the server: its log says what is missing.");
        }
    }

    private static IReadOnlyList<AppliedEntry> Refuse(IEnumerable<ImportEntry> entries, string problem) =>
        [.. entries.Select(entry => new AppliedEntry(entry, ImportVerdict.Refused, problem))];

    private async Task<(ImportEntry Entry, byte[]? Picture)> CompareAsync(JudgedPicture picture, Person? person, CancellationToken cancellationToken)
    {
        var content = picture.Entry.Content;
        if (person is null || picture.Good is not { } good)
        {
            return (picture.Entry with { Verdict = ImportVerdict.Refused, Content = content with { Problem = picture.Problem ?? "This person was deleted meanwhile.", Data = null } }, null);
        }

        var pose = picture.Facts.Pose!.Value;
        var there = await shots.PictureAsync(person.Id, pose, cancellationToken);
        var isSame = there is not null && there.AsSpan().SequenceEqual(good.Jpeg);
        List<ImportChange> changes = isSame ? [] : [new("Picture", there is null ? null : PoseWords.Of(pose), PoseWords.Of(pose))];
        if (person.Consent is null || await rules.MustRenewAsync(person.Id, cancellationToken))
        {
            changes.Add(new("Consent", person.Consent is { } former ? $"version {former.Version}" : null, $"version {consents.Version}"));
        }

        content = (content with { Changes = changes.Count == 0 ? null : changes }).With(picture.Facts);
        return person is { Consent: null, ConsentWithdrawnAt: not null }
            ? (picture.Entry with { Verdict = ImportVerdict.Refused, Content = content with { Problem = Withdrawn, Question = AgreedAgain } }, good.Jpeg)
            : (picture.Entry with { Verdict = isSame ? ImportVerdict.Unchanged : there is null ? ImportVerdict.New : ImportVerdict.Changed, Content = content }, good.Jpeg);
    }

    private async Task<AppliedEntry> StoreAsync(ImportRun run, Person person, ImportEntry entry, DateTime now, CancellationToken cancellationToken)
    {
        var facts = entry.Content.Read<PictureFacts>();
        if (await pictures.PictureAsync(run.Id, entry.Position, cancellationToken) is not { } jpeg)
        {
            return new(entry, ImportVerdict.Refused, "The picture was deleted meanwhile.");
        }

        var there = await shots.PictureAsync(person.Id, facts.Pose!.Value, cancellationToken);
        if (there is not null && there.AsSpan().SequenceEqual(jpeg))
        {
            return new(entry, ImportVerdict.Unchanged);
        }

        var shot = facts.ToShot(person.Id, run.Id, run.CreatedBy, now);
        return await shots.TryReplaceAsync(shot, jpeg, facts.ToEmbedding(), cancellationToken)
            ? new(entry, there is null ? ImportVerdict.New : ImportVerdict.Changed)
            : new(entry, ImportVerdict.Refused, Withdrawn);
    }
}

using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces.Quality;
using Attendance.Web.People;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import.Pictures;

/// <summary>A picture as the dry run judges it.</summary>
/// <param name="Good">What would be stored, or null if it is refused.</param>
/// <param name="Problem">Why it is refused, or null.</param>
internal sealed record JudgedPicture(ImportEntry Entry, PictureFacts Facts, GoodShot? Good, string? Problem);

/// <summary>Judges the pictures of one person together, as enrollment judges them, and says which pose each one shows.</summary>
internal sealed class PictureJudge(ShotInspector inspector, IOptions<ShotLimits> limits)
{
    private readonly ShotLimits _limits = limits.Value;

    /// <param name="frontPitch">The pitch of the front picture that the person has already, or null.</param>
    /// <exception cref="Attendance.Web.Faces.FaceCheckUnavailableException">The model or a library is missing on this machine.</exception>
    public async Task<IReadOnlyList<JudgedPicture>> JudgeAsync(
        IReadOnlyList<(ImportEntry Entry, byte[] Picture)> pictures, double? frontPitch, CancellationToken cancellationToken)
    {
        var judged = new List<JudgedPicture>();
        foreach (var (entry, picture) in pictures)
        {
            judged.Add(await InspectAsync(entry, picture, cancellationToken));
        }

        var good = judged.Where(each => each.Good is not null).ToList();
        var front = good.Find(each => each.Facts.Pose == Pose.Front)?.Facts.Figures!.Face!.Pitch ?? frontPitch
            ?? PoseGuess.FrontOf(good.Where(each => each.Facts.Pose is null).Select(each => each.Facts.Figures!.Face!), _limits)?.Pitch;
        var taken = new Dictionary<Pose, string>();
        return [.. judged.Select(each => each.Good is null ? each : Decide(each, front, taken))];
    }

    private async Task<JudgedPicture> InspectAsync(ImportEntry entry, byte[] picture, CancellationToken cancellationToken)
    {
        var facts = entry.Content.Read<PictureFacts>();
        if (PictureFormat.ToJpeg(picture) is not { } jpeg)
        {
            return new(entry, facts, null, PictureFormat.Broken);
        }

        return await inspector.InspectAsync(jpeg, Pose.Front, null, manual: true, cancellationToken) switch // the pose is judged below
        {
            ShotInspection.Judged { Good: { } good } judged => new(
                entry, facts with { Figures = judged.Judgement.Figures, Numbers = good.Embedding.ToBytes() }, good, null),
            ShotInspection.Judged judged => new(entry, facts, null, FlawWords.Of(judged.Judgement.Flaws[0])),
            _ => new(entry, facts, null, PictureFormat.Broken),
        };
    }

    private JudgedPicture Decide(JudgedPicture picture, double? front, Dictionary<Pose, string> taken)
    {
        var figures = picture.Facts.Figures!;
        var pose = picture.Facts.Pose ?? PoseGuess.Of(figures.Face!, front, _limits);
        return !ShotJudgement.Of(figures, pose, front, manual: false, _limits.Relaxed()).IsGood ? Refused($"{FlawWords.Of(ShotFlaw.WrongPose)} It should be: {PoseWords.Of(pose).ToLowerInvariant()}.")
            : !taken.TryAdd(pose, picture.Entry.Content.Title) ? Refused($"Another picture of this person shows the same ({PoseWords.Of(pose).ToLowerInvariant()}): {taken[pose]}.")
            : picture with { Facts = picture.Facts with { Pose = pose } };

        JudgedPicture Refused(string problem) => picture with { Good = null, Problem = problem };
    }
}

using Attendance.Web.Data;
using Attendance.Web.Faces.Quality;

namespace Attendance.Web.Enrollment.Quality;

/// <summary>The judgement of a shot.</summary>
/// <param name="Flaws">All flaws, the most important first.</param>
internal sealed record ShotJudgement(ShotFigures Figures, IReadOnlyList<ShotFlaw> Flaws)
{
    public bool IsGood => Flaws.Count == 0;

    /// <param name="frontPitch">The pitch of the person's front shot. If it is null, the pitch of most people is used.</param>
    /// <param name="manual">
    /// Whether somebody pressed the button. If so, the pose is not checked, because not everybody can turn their head.
    /// </param>
    public static ShotJudgement Of(ShotFigures figures, Pose pose, double? frontPitch, bool manual, ShotLimits limits) =>
        new(figures, [.. FlawsOf(figures, pose, frontPitch, manual, limits).Order()]);

    private static IEnumerable<ShotFlaw> FlawsOf(ShotFigures figures, Pose pose, double? frontPitch, bool manual, ShotLimits limits)
    {
        if (figures.Width < limits.MinWidth || figures.Height < limits.MinHeight)
        {
            yield return ShotFlaw.TooSmallPicture;
        }

        if (figures.Face is not { } face)
        {
            yield return ShotFlaw.NoFace;
            yield break;
        }

        if (figures.Faces > 1)
        {
            yield return ShotFlaw.SeveralFaces;
        }

        if (face.Brightness < limits.MinBrightness)
        {
            yield return ShotFlaw.TooDark;
        }

        if (face.Brightness > limits.MaxBrightness)
        {
            yield return ShotFlaw.TooBright;
        }

        if (face.Size < limits.MinSize)
        {
            yield return ShotFlaw.MoveCloser;
        }

        if (face.Size > limits.MaxSize)
        {
            yield return ShotFlaw.MoveBack;
        }

        if (Math.Max(Math.Abs(face.OffsetX), Math.Abs(face.OffsetY)) > limits.MaxOffset)
        {
            yield return ShotFlaw.CentreFace;
        }

        if (face.Sharpness < limits.MinSharpness)
        {
            yield return ShotFlaw.Blurred;
        }

        if (!manual && !IsIn(pose, face, frontPitch, limits))
        {
            yield return ShotFlaw.WrongPose;
        }
    }

    private static bool IsIn(Pose pose, FaceFigures face, double? frontPitch, ShotLimits limits)
    {
        var nod = face.Pitch - (frontPitch ?? (limits.MinFrontPitch + limits.MaxFrontPitch) / 2);
        var straight = Math.Abs(face.Yaw) <= limits.MaxFrontYaw;
        return pose switch
        {
            Pose.Front => straight && face.Pitch >= limits.MinFrontPitch && face.Pitch <= limits.MaxFrontPitch,
            Pose.Left => face.Yaw >= limits.MinTurn && face.Yaw <= limits.MaxTurn,
            Pose.Right => -face.Yaw >= limits.MinTurn && -face.Yaw <= limits.MaxTurn,
            Pose.Up => straight && -nod >= limits.MinNod,
            Pose.Down => straight && nod >= limits.MinNod,
            _ => throw new ArgumentOutOfRangeException(nameof(pose), pose, null),
        };
    }
}

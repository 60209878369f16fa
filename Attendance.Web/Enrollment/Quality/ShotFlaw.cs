using System.Text.Json;

namespace Attendance.Web.Enrollment.Quality;

/// <summary>Why a shot is not good enough, the most important first. The pages know the same ones and have the words for people.</summary>
internal enum ShotFlaw
{
    NoFace,
    SeveralFaces,
    TooSmallPicture,
    TooDark,
    TooBright,
    MoveCloser,
    MoveBack,
    CentreFace,
    Blurred,
    WrongPose,
}

internal static class ShotFlaws
{
    /// <summary>As in answers: <c>no_face</c>.</summary>
    public static string Code(this ShotFlaw flaw) => JsonNamingPolicy.SnakeCaseLower.ConvertName(flaw.ToString());
}

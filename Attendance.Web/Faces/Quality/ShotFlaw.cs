using System.Text.Json;

namespace Attendance.Web.Faces.Quality;

/// <summary>
/// The reasons why a shot is not good enough, the most important first. The pages have the same list, and the messages for people.
/// </summary>
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
    /// <summary>Returns the name used in responses, such as <c>no_face</c>.</summary>
    public static string Code(this ShotFlaw flaw) => JsonNamingPolicy.SnakeCaseLower.ConvertName(flaw.ToString());
}

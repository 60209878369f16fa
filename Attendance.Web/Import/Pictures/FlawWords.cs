using Attendance.Web.Faces.Quality;

namespace Attendance.Web.Import.Pictures;

/// <summary>Says why a picture that was taken elsewhere is not good enough.</summary>
internal static class FlawWords
{
    public static string Of(ShotFlaw flaw) => flaw switch
    {
        ShotFlaw.NoFace => "No face is found in the picture.",
        ShotFlaw.SeveralFaces => "More than one face is in the picture.",
        ShotFlaw.TooSmallPicture => "The picture is too small.",
        ShotFlaw.TooDark => "The face is too dark.",
        ShotFlaw.TooBright => "The face is too bright.",
        ShotFlaw.MoveCloser => "The face is too small in the picture.",
        ShotFlaw.MoveBack => "The face is too large in the picture.",
        ShotFlaw.CentreFace => "The face is not in the middle of the picture.",
        ShotFlaw.Blurred => "The face is blurred.",
        _ => "The head is not turned as it should be.",
    };
}

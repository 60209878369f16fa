using Attendance.Web.Data;
using Attendance.Web.Faces.Quality;

namespace Attendance.Web.Enrollment.Quality;

/// <summary>Says which pose a picture shows that nobody has named. Whether it shows it well enough is judged as for every picture.</summary>
internal static class PoseGuess
{
    /// <param name="frontPitch">The pitch of the person's front picture, or null if there is none.</param>
    /// <param name="limits">The limits of the pages, in which poses do not overlap.</param>
    public static Pose Of(FaceFigures face, double? frontPitch, ShotLimits limits)
    {
        if (Math.Abs(face.Yaw) > (limits.MaxFrontYaw + limits.MinTurn) / 2)
        {
            return face.Yaw > 0 ? Pose.Left : Pose.Right;
        }

        if (frontPitch is null && MayBeFront(face, limits))
        {
            return Pose.Front;
        }

        var nod = face.Pitch - (frontPitch ?? Middle(limits));
        return nod >= limits.MinNod ? Pose.Down : nod <= -limits.MinNod ? Pose.Up : Pose.Front;
    }

    /// <summary>Returns the face that looks most nearly straight, or null if none does.</summary>
    public static FaceFigures? FrontOf(IEnumerable<FaceFigures> faces, ShotLimits limits) =>
        faces.Where(face => Math.Abs(face.Yaw) <= limits.MaxFrontYaw && MayBeFront(face, limits)).MinBy(face => Math.Abs(face.Pitch - Middle(limits)));

    private static bool MayBeFront(FaceFigures face, ShotLimits limits) => face.Pitch >= limits.MinFrontPitch && face.Pitch <= limits.MaxFrontPitch;

    private static double Middle(ShotLimits limits) => (limits.MinFrontPitch + limits.MaxFrontPitch) / 2;
}

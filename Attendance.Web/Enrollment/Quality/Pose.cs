namespace Attendance.Web.Enrollment.Quality;

/// <summary>What a person is asked to do with the head. Left and right are the person's own.</summary>
internal enum Pose
{
    Front,
    Left,
    Right,
    Up,
    Down,
}

using Attendance.Web.Data;

namespace Attendance.Web.People;

internal static class PoseWords
{
    public static string Of(Pose pose) => pose switch
    {
        Pose.Front => "Looking straight",
        Pose.Left => "Turned left",
        Pose.Right => "Turned right",
        Pose.Up => "Looking up",
        Pose.Down => "Looking down",
        _ => pose.ToString(),
    };
}

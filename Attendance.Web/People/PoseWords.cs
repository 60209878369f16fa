using Attendance.Web.Data;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.People;

internal static class PoseWords
{
    public static string Of(Pose pose) => pose switch
    {
        Pose.Front => T("Looking straight"),
        Pose.Left => T("Turned left"),
        Pose.Right => T("Turned right"),
        Pose.Up => T("Looking up"),
        Pose.Down => T("Looking down"),
        _ => pose.ToString(),
    };
}

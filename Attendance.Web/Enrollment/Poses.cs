using Attendance.Web.Enrollment.Quality;

namespace Attendance.Web.Enrollment;

/// <summary>The poses that make an enrollment, in the order in which they are asked for, and their names in addresses and JSON.</summary>
internal static class Poses
{
    public const int Count = 5;

    public static IReadOnlyList<Pose> All { get; } = Enum.GetValues<Pose>();

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(Name)];

    public static string Name(this Pose pose) => pose switch
    {
        Pose.Front => "front",
        Pose.Left => "left",
        Pose.Right => "right",
        Pose.Up => "up",
        Pose.Down => "down",
        _ => throw new ArgumentOutOfRangeException(nameof(pose), pose, null),
    };

    public static Pose? Find(string? name) => All.Where(pose => pose.Name() == name).Select(pose => (Pose?)pose).SingleOrDefault();
}

using System.Text.Json;

namespace Attendance.Web.Data;

/// <summary>The poses of the head that a person is asked for, in this order. Left and right are from the person's own view.</summary>
internal enum Pose
{
    Front,
    Left,
    Right,
    Up,
    Down,
}

/// <summary>Converts poses to and from the codes used in URLs, requests and responses, such as <c>front</c>.</summary>
internal static class Poses
{
    public static IReadOnlyList<Pose> All { get; } = Enum.GetValues<Pose>();

    public static string Code(this Pose pose) => JsonNamingPolicy.SnakeCaseLower.ConvertName(pose.ToString());

    /// <summary>
    /// Accepts only the codes. <see cref="Enum.TryParse{TEnum}(string?, out TEnum)"/> would also accept "3" and "Left, Up".
    /// </summary>
    public static bool TryParse(string? code, out Pose pose)
    {
        foreach (var each in All)
        {
            if (each.Code() == code)
            {
                pose = each;
                return true;
            }
        }

        pose = default;
        return false;
    }
}

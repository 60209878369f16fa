using System.Text.Json;

namespace Attendance.Web.Data;

/// <summary>What a person is asked to do with the head, in the order of asking. Left and right are the person's own.</summary>
internal enum Pose
{
    Front,
    Left,
    Right,
    Up,
    Down,
}

/// <summary>Poses as they are called in addresses, requests and answers: <c>front</c>.</summary>
internal static class Poses
{
    public static IReadOnlyList<Pose> All { get; } = Enum.GetValues<Pose>();

    public static string Code(this Pose pose) => JsonNamingPolicy.SnakeCaseLower.ConvertName(pose.ToString());

    /// <summary>The code only: <see cref="Enum.TryParse{TEnum}(string?, out TEnum)"/> would take "3" and "Left, Up" as well.</summary>
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

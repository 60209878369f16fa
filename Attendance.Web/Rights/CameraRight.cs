namespace Attendance.Web.Rights;

/// <summary>What an account may do with a camera.</summary>
internal enum CameraRight
{
    /// <summary>To see its pictures, under a lease that others may share.</summary>
    Watch,

    /// <summary>To have it alone, or to take it over from others.</summary>
    Borrow,

    /// <summary>To publish the camera of the device that one uses, as this camera of the server.</summary>
    Publish,
}

internal static class CameraRights
{
    public static readonly IReadOnlyList<CameraRight> All = Enum.GetValues<CameraRight>();

    private static readonly string[] s_words = [.. All.Select(right => right.ToString().ToLowerInvariant())];

    /// <summary>Returns the right as it is written in problems and in lists of cameras.</summary>
    public static string Word(this CameraRight right) => s_words[(int)right];
}

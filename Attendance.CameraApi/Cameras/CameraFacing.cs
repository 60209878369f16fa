namespace Attendance.CameraApi.Cameras;

/// <summary>The direction a camera faces, as seen by its user. The values are those of the browsers' <c>facingMode</c>.</summary>
internal static class CameraFacing
{
    public const string Pattern = "^(user|environment|left|right)$";
    public const string Words = "must be user, environment, left or right.";

    public static bool IsKnown(string facing) => facing is "user" or "environment" or "left" or "right";
}

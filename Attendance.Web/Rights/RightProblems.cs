namespace Attendance.Web.Rights;

internal static class RightProblems
{
    /// <param name="cameraId">The camera, whose id has been validated.</param>
    public static Problem Missing(CameraRight right, string cameraId) => new(
        StatusCodes.Status403Forbidden, ProblemCodes.RightMissing, "This account may not use the camera that way.")
    {
        Detail = $"The right to {right.Word()} camera {cameraId} is missing. Administrators give it, under Rights.",
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["right"] = right.Word(), ["camera_id"] = cameraId },
    };

    /// <summary>Refuses to pair a phone, whose camera would be published.</summary>
    public static Problem MayNotPublish() => Missing(CameraRight.Publish, PublishedCamera.Prefix + "*");

    /// <summary>Refuses a wish for any camera, because the rules changed while it waited.</summary>
    public static Problem Changed(CameraRight right) => new(
        StatusCodes.Status403Forbidden, ProblemCodes.RightMissing, "The rights of this account have changed. Ask again.")
    {
        Detail = $"The cameras that this account has the right to {right.Word()} have changed while it waited for one.",
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["right"] = right.Word() },
    };
}

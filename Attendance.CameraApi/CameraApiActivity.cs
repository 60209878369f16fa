using System.Diagnostics;

namespace Attendance.CameraApi;

internal static class CameraApiActivity
{
    public const string Name = "Attendance.CameraApi";

    public static readonly ActivitySource Source = new(Name);

    public static Activity? Failed(this Activity? activity, string errorType) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", errorType);
}

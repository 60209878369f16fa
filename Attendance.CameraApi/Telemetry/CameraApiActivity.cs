using System.Diagnostics;

namespace Attendance.CameraApi.Telemetry;

internal static class CameraApiActivity
{
    public const string Name = "Attendance.CameraApi";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>Starts a span in the current trace, or in a new trace if there is none, with a link to the span in which the lease began.</summary>
    /// <param name="origin">The span in which the lease began; <c>default</c> if it is not known.</param>
    public static Activity? Start(string name, ActivityContext origin) => Source.StartActivity(
        name, ActivityKind.Internal, parentContext: default, links: origin == default ? null : [new ActivityLink(origin)]);

    public static Activity? Failed(this Activity? activity, string errorType) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag(TelemetryAttributes.ErrorType, errorType);
}

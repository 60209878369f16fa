using System.Diagnostics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi;

internal static class CameraApiActivity
{
    public const string Name = "Attendance.CameraApi";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>A span of whoever's work this is, if anybody's, with a link to where the lease began that it is about.</summary>
    /// <param name="origin">The default for a lease of which that is not known.</param>
    public static Activity? Start(string name, ActivityContext origin) => Source.StartActivity(
        name, ActivityKind.Internal, parentContext: default, links: origin == default ? null : [new ActivityLink(origin)]);

    public static Activity? Failed(this Activity? activity, string errorType) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag(TelemetryAttributes.ErrorType, errorType);
}

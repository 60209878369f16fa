using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

internal static class LeaseSpans
{
    public static Activity? StartAcquire(Camera camera, LeaseMode mode) =>
        CameraApiActivity.Source.StartActivity(SpanNames.Acquire).ForCamera(camera)?.SetTag(TelemetryAttributes.LeaseMode, mode.Name());
}

using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

internal static class LeaseSpans
{
    public static Activity? StartAcquire(Camera camera) => CameraApiActivity.Source.StartActivity(SpanNames.Acquire)
        ?.SetTag(TelemetryAttributes.CameraId, camera.Id).SetTag(TelemetryAttributes.CameraKind, camera.Source.Kind.Name());
}

using System.Diagnostics.Metrics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Upkeep;

internal sealed class LeakMetrics
{
    private readonly Counter<int> _found;
    private readonly UpDownCounter<int> _open;

    public LeakMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _found = meter.CreateCounter<int>("attendance.camera.leaks", "{leak}", "Leaks found, by kind.");
        _open = meter.CreateUpDownCounter<int>("attendance.camera.leak.open", "{leak}", "Leaks that have not been ended yet, by kind.");
    }

    public void Found(string cameraId, LeakKind kind) => _found.Add(1, Camera(cameraId), Kind(kind));

    public void Open(string cameraId, LeakKind kind, int change) => _open.Add(change, Camera(cameraId), Kind(kind));

    private static KeyValuePair<string, object?> Camera(string id) => CameraTelemetry.Attribute(id);

    private static KeyValuePair<string, object?> Kind(LeakKind kind) => new(TelemetryAttributes.LeakKind, kind.Name());
}

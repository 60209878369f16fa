using System.Diagnostics.Metrics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Api;

internal sealed class StreamMetrics
{
    private readonly UpDownCounter<int> _viewers;

    public StreamMetrics(IMeterFactory meters) => _viewers = meters.Create(CameraApiActivity.Name)
        .CreateUpDownCounter<int>("attendance.camera.viewers", "{viewer}", "Streams being watched.");

    public void Viewers(string cameraId, int change) => _viewers.Add(change, CameraTelemetry.Attribute(cameraId));
}

using System.Diagnostics.Metrics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Choice;

internal sealed class ProbeMetrics(IMeterFactory meters)
{
    private readonly Counter<int> _probes = meters.Create(CameraApiActivity.Name).CreateCounter<int>(
        "attendance.camera.probes", "{probe}", "Probes of free cameras, by outcome.");

    public void Probed(string cameraId, string outcome) =>
        _probes.Add(1, CameraTelemetry.Attribute(cameraId), new(TelemetryAttributes.ProbeOutcome, outcome));
}

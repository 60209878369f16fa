using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Cameras.Quality;

internal sealed class ProbeMetrics(IMeterFactory meters)
{
    private readonly Counter<int> _probes = meters.Create(CameraApiActivity.Name).CreateCounter<int>(
        "attendance.camera.probes", "{probe}", "Looks at cameras that nobody had, to see what they deliver, by outcome.");

    public void Probed(string cameraId, string outcome) =>
        _probes.Add(1, TelemetryAttributes.Camera(cameraId), new(TelemetryAttributes.ProbeOutcome, outcome));
}

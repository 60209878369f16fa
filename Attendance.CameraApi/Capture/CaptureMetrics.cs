using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Telemetry;
using static Attendance.CameraApi.Telemetry.TelemetryAttributes;

namespace Attendance.CameraApi.Capture;

internal sealed class CaptureMetrics
{
    private readonly Histogram<double> _openDuration;
    private readonly Counter<int> _releaseRetries;
    private readonly Counter<long> _frames;
    private readonly Counter<int> _stalls;
    private readonly Counter<int> _restarts;
    private readonly ConcurrentDictionary<OpenCamera, byte> _open = new();

    public CaptureMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _openDuration = meter.CreateHistogram(
            "attendance.camera.open.duration", "s", "The time from the request to open a camera until its first frame.", advice: Buckets.Device);
        _releaseRetries = meter.CreateCounter<int>(
            "attendance.camera.release.retries", "{retry}", "Steps beyond the first that a release needed.");
        _frames = meter.CreateCounter<long>("attendance.camera.frames", "{frame}", "Frames received from cameras.");
        _stalls = meter.CreateCounter<int>("attendance.camera.stalls", "{stall}", "Cameras that stopped delivering while held.");
        _restarts = meter.CreateCounter<int>(
            "attendance.camera.worker.restarts", "{restart}", "Capture workers replaced under a lease.");
        meter.CreateObservableGauge(
            "attendance.camera.frame.age", FrameAges, "s", "The age of the newest frame of an open camera. A closed camera has no value.");
    }

    public void Opened(string cameraId, TimeSpan took, string? error)
    {
        var tags = new TagList { CameraTelemetry.Attribute(cameraId) };
        if (error is not null)
        {
            tags.Add(ErrorType, error);
        }

        _openDuration.Record(took.TotalSeconds, tags);
    }

    public void ReleaseRetried(string cameraId) => _releaseRetries.Add(1, CameraTelemetry.Attribute(cameraId));

    public void FrameReceived(string cameraId) => _frames.Add(1, CameraTelemetry.Attribute(cameraId));

    public void Stalled(string cameraId) => _stalls.Add(1, CameraTelemetry.Attribute(cameraId));

    public void Restarted(string cameraId) => _restarts.Add(1, CameraTelemetry.Attribute(cameraId));

    /// <summary>Reports the age of the camera's newest frame until the returned object is disposed of.</summary>
    /// <param name="age">Returns the age, or null while there is no frame yet.</param>
    public IDisposable Watch(string cameraId, Func<TimeSpan?> age)
    {
        var open = new OpenCamera(_open, cameraId, age);
        _open[open] = 0;
        return open;
    }

    private IEnumerable<Measurement<double>> FrameAges() =>
        from entry in _open
        let age = entry.Key.Age()
        where age is not null
        select new Measurement<double>(Math.Max(0, age.Value.TotalSeconds), CameraTelemetry.Attribute(entry.Key.CameraId));

    private sealed class OpenCamera(ConcurrentDictionary<OpenCamera, byte> open, string cameraId, Func<TimeSpan?> age) : IDisposable
    {
        public string CameraId => cameraId;

        public Func<TimeSpan?> Age => age;

        public void Dispose() => open.TryRemove(this, out _);
    }
}

using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Capture;

internal sealed class CaptureMetrics
{
    private readonly Histogram<double> _openDuration;
    private readonly Counter<int> _releaseRetries;
    private readonly Counter<long> _frames;
    private readonly Counter<int> _stalls;
    private readonly Counter<int> _restarts;

    public CaptureMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _openDuration = meter.CreateHistogram<double>(
            "attendance.camera.open.duration", "s", "From the wish to open a camera until its first frame.");
        _releaseRetries = meter.CreateCounter<int>(
            "attendance.camera.release.retries", "{retry}", "Steps beyond the first that a release needed.");
        _frames = meter.CreateCounter<long>("attendance.camera.frames", "{frame}", "Frames received from cameras.");
        _stalls = meter.CreateCounter<int>("attendance.camera.stalls", "{stall}", "Cameras that stopped delivering while held.");
        _restarts = meter.CreateCounter<int>(
            "attendance.camera.worker.restarts", "{restart}", "Capture workers replaced under a lease.");
    }

    public void Opened(string cameraId, TimeSpan took, string? error)
    {
        var tags = new System.Diagnostics.TagList { { "attendance.camera.id", cameraId } };
        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        _openDuration.Record(took.TotalSeconds, tags);
    }

    public void ReleaseRetried(string cameraId) => _releaseRetries.Add(1, Camera(cameraId));

    public void FrameReceived(string cameraId) => _frames.Add(1, Camera(cameraId));

    public void Stalled(string cameraId) => _stalls.Add(1, Camera(cameraId));

    public void Restarted(string cameraId) => _restarts.Add(1, Camera(cameraId));

    private static KeyValuePair<string, object?> Camera(string id) => new("attendance.camera.id", id);
}

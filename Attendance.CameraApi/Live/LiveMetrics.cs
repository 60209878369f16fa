using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Live;

internal sealed class LiveMetrics
{
    private readonly UpDownCounter<int> _published;
    private readonly UpDownCounter<int> _viewers;

    public LiveMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _published = meter.CreateUpDownCounter<int>("attendance.live.published", "{camera}", "Cameras of browsers and other clients that are published.");
        _viewers = meter.CreateUpDownCounter<int>("attendance.live.viewers", "{viewer}", "Viewers that watch a camera by WebRTC. Each has an encoder of its own.");
    }

    public void Published(int change) => _published.Add(change);

    public void Viewers(int change) => _viewers.Add(change);
}

using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Live;

internal sealed class LiveMetrics
{
    private readonly UpDownCounter<int> _published;

    public LiveMetrics(IMeterFactory meters) => _published = meters.Create(CameraApiActivity.Name).CreateUpDownCounter<int>(
        "attendance.live.published", "{camera}", "Cameras of browsers and other clients that are published.");

    public void Published(int change) => _published.Add(change);
}

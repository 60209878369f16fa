using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Sessions;

internal sealed class PresenceMetrics
{
    private readonly UpDownCounter<int> _active;
    private readonly Counter<int> _lost;

    public PresenceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CameraApiActivity.Name);
        _active = meter.CreateUpDownCounter<int>("attendance.session.active", "{session}", "Sessions with an open presence socket.");
        _lost = meter.CreateCounter<int>("attendance.session.lost", "{session}", "Sockets that ended without a goodbye, by reason.");
    }

    public void Active(int change) => _active.Add(change);

    public void Lost(PresenceEnd end) => _lost.Add(1, new KeyValuePair<string, object?>(TelemetryAttributes.LossReason, end.Name()));
}

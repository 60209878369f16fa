using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;

namespace Attendance.Tests.Browser;

/// <summary>
/// Replaces cameras and alerts in the camera API's own stream and records, to show a console states that would take a driver that
/// hangs, several machines, or an hour. Everything that is not set here comes from the API.
/// </summary>
internal sealed class ShownOps
{
    private const string Self = "desk-1";

    private readonly ApiProxy _proxy;
    private readonly Lock _gate = new();
    private readonly List<OpsCamera> _cameras = [];
    private readonly List<Alert> _alerts = [];

    public ShownOps(ApiProxy proxy)
    {
        _proxy = proxy;
        proxy.Events.Rewrite<NodesEvent>("nodes", real => Nodes.Count > 0 ? new NodesEvent(Nodes) : real);
        proxy.Events.Rewrite<SnapshotEvent>("snapshot", Shown);
        proxy.Events.Rewrite<TrendEvent>("trend", real => Points.Count > 0 ? real with { Point = Points[^1] } : real);
        proxy.Events.Follow("snapshot", OtherNodes);
    }

    public List<OpsNode> Nodes { get; } = [];

    /// <summary>The last hour of the node that was asked.</summary>
    public List<TrendPoint> Points { get; } = [];

    public static OpsCamera Camera(string id, string name, CameraState state = CameraState.Available, string node = Self, string? scope = null)
    {
        var isHeld = state == CameraState.Held;
        OpsHolder[] holders = isHeld ? [new OpsHolder("0badcafe", "5e5510a1", null, Time(-75), Time(25))] : [];
        return new OpsCamera(
            id, name, CameraKind.Device, node, state, isHeld ? "0badcafe" : null, isHeld ? "5e5510a1" : null, isHeld ? Time(-75) : null, isHeld ? Time(25) : null,
            isHeld ? 1 : 0, FrameRate: null, isHeld ? 0.04 : null, 1280, 720,
            state == CameraState.Quarantined ? "Worker 4711 does not end: D (uvc_status_cleanup)" : null, Time(-400), "page_hide", null, 72.4, scope, isHeld ? LeaseMode.Exclusive : null, holders);
    }

    public static Alert Alert(string id, AlertRule rule, string? cameraId, AlertState state = AlertState.Open, string node = Self) => new(
        id, rule, rule.DefaultSeverity(), state, cameraId ?? node, cameraId, node, "The camera could not be proven free: Worker 4711 does not end: D (uvc_status_cleanup)",
        "It is not granted until it is free. The node keeps checking.", rule.Remedy(), 3, Time(-180), Time(-4), null, null, state == AlertState.Resolved ? Time(-60) : null);

    public static TrendPoint Point(int minutesAgo, int active, double release = 0.12)
    {
        var at = DateTime.UtcNow.AddMinutes(-minutesAgo);
        return new TrendPoint(
            at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute)), active, active + 3, active + 1, minutesAgo % 17 == 0 ? 2 : 0, minutesAgo % 7 == 0 ? 3 : 0,
            release * 2, release * 7, release, release * 3, 40, 400);
    }

    public static DateTime Time(double secondsFromNow) => DateTime.UtcNow.AddSeconds(secondsFromNow);

    /// <summary>Sets a camera, and tells the consoles.</summary>
    public async Task PutAsync(params OpsCamera[] cameras)
    {
        lock (_gate)
        {
            _cameras.RemoveAll(known => cameras.Any(camera => (camera.CameraId, camera.Node) == (known.CameraId, known.Node)));
            _cameras.AddRange(cameras);
        }

        foreach (var own in cameras.GroupBy(camera => camera.Node))
        {
            await _proxy.Events.TellAsync("cameras", new CamerasEvent(own.Key, [.. own], []));
        }
    }

    /// <summary>Sets an alert, and tells the consoles.</summary>
    public async Task PutAsync(CameraEventType type, Alert alert)
    {
        lock (_gate)
        {
            _alerts.RemoveAll(known => known.Id == alert.Id);
            _alerts.Insert(0, alert);
        }

        await TellAsync(type, alert.CameraId ?? "", alert);
    }

    public Task TellAsync(CameraEventType type, string cameraId, Alert? alert = null) => _proxy.Events.TellAsync(
        type.Name(), new CameraEvent(type, DateTimeOffset.UtcNow, Self, cameraId, alert is null ? "0badcafe" : null, null) { Alert = alert });

    private SnapshotEvent Shown(SnapshotEvent real)
    {
        var (cameras, alerts) = Of(real.Node);
        return real with
        {
            Cameras = _cameras.Count > 0 ? cameras : real.Cameras,
            Alerts = _alerts.Count > 0 ? alerts : real.Alerts,
            Trends = Points.Count > 0 ? real.Trends with { Points = Points } : real.Trends,
        };
    }

    /// <summary>Adds the other nodes. A node that does not answer is shown as the store last had it.</summary>
    private List<(string Name, object Data)> OtherNodes()
    {
        List<string> names;
        lock (_gate)
        {
            names = [.. Nodes.Select(node => node.Node).Concat(_cameras.Select(camera => camera.Node)).Distinct().Where(name => name != Self)];
        }

        return
        [
            .. names.Select(name =>
            {
                var (cameras, alerts) = Of(name);
                return Nodes.Exists(node => node.Node == name && !node.Followed)
                    ? ("alerts", (object)new AlertsEvent(name, alerts))
                    : ("snapshot", new SnapshotEvent(name, DateTime.UtcNow, cameras, alerts, new TrendsView(60, [])));
            }),
        ];
    }

    private (List<OpsCamera> Cameras, List<Alert> Alerts) Of(string node)
    {
        lock (_gate)
        {
            return ([.. _cameras.Where(camera => camera.Node == node)], [.. _alerts.Where(alert => alert.Node == node)]);
        }
    }
}

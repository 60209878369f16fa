using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Api;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Microsoft.AspNetCore.Http;

namespace Attendance.Tests.Browser;

/// <summary>Makes a busy hour with one of everything that a console can show.</summary>
internal static class OpsScene
{
    private static readonly string[] s_places =
        ["Front door", "Reception desk", "Loading bay", "Canteen", "Back door", "Workshop", "Meeting room 1", "Meeting room 2", "Warehouse, gate 1",
         "Warehouse, gate 2", "Car park, in", "Car park, out", "Laboratory", "Library", "Training room", "Cold store", "Stairs, north", "Stairs, south",
         "Roof terrace", "Archive", "Kitchen", "Print shop", "Nursery", "Sports hall"];

    private static readonly string[] s_reasons = ["page_hide", "client", "expired", "page_hide", "takeover", "disconnected", "forced", "worker_failed"];

    /// <summary>Sets the scene, and has who watches connect again, so that they see it.</summary>
    public static async Task ShowAsync(ApiProxy proxy)
    {
        var ops = new ShownOps(proxy);
        ops.Nodes.AddRange([Node("desk-1", NodeState.Up, 16, 5), Node("gate-2", NodeState.Up, 8, 2), Node("hall-3", NodeState.Lost, 6, 0)]);
        ops.Points.AddRange(Enumerable.Range(0, 60).Reverse().Select(minute =>
            ShownOps.Point(minute, (int)(9 + 5 * Math.Sin(minute / 7.0) + minute % 3), 0.1 + 0.05 * Math.Abs(Math.Sin(minute / 4.0)))));
        await ops.PutAsync([.. s_places.Select((place, i) => Camera(i, place))]);
        foreach (var alert in Alerts())
        {
            await ops.PutAsync(CameraEventType.AlertOpened, alert);
        }

        proxy.Answer("GET", "/api/alerts/dead-letters", new DeadLettersResponse(
            [new DeadLetter("pager", "0a2", "alert_opened", ShownOps.Time(-100), 5, "503 Service Unavailable", "desk-1")]));
        proxy.Answer("GET", "/api/audit", new AuditResponse(
        [
            Deed("acknowledge", "cam-00", null, "Alert contention is acknowledged.", 90),
            Deed("release", "cam-06", "the room is closed, its user went home", "Free, forced.", 900),
            Deed("release_all", null, "end of the shift", "7 released, 0 not free.", 2400),
        ], Next: null));
        proxy.Answer("GET", "/api/cameras/*/history", new HistoryResponse("cam-02", [.. Enumerable.Range(0, 14).Select(Hold)]));
        var affected = new CleanupResponse(
            [.. s_places.Select((place, i) => Camera(i, place)).Where(camera => camera.State == CameraState.Held).Select(camera => new ReleasedCamera(camera.CameraId, camera.Node, "forced", 0.1))],
            [], [], DryRun: true, DateTime.UtcNow);
        proxy.When("POST", "/api/camera/cleanup", (_, asked) => Task.FromResult(
            asked.Body.Contains("\"dry_run\":true", StringComparison.Ordinal) ? Results.Json(affected, WireJson.Options) : null));
        proxy.Cut("/api/events");
    }

    private static IEnumerable<Alert> Alerts() =>
    [
        ShownOps.Alert("0a4", AlertRule.CameraMissing, "cam-05", AlertState.Resolved, "gate-2"),
        ShownOps.Alert("0a5", AlertRule.FramesStalled, "stage", node: "hall-3") with
        {
            What = "The camera is in use and has delivered no new picture for 12 s.", Done = "The node keeps reopening it.",
        },
        ShownOps.Alert("0a3", AlertRule.Contention, "cam-00", AlertState.Acknowledged) with
        {
            What = "The camera was requested 14 times within 60 s while it was in use.", Done = "Each client was told when it becomes free at the latest.",
            AcknowledgedAt = ShownOps.Time(-90), AcknowledgedBy = "night-shift",
        },
        ShownOps.Alert("0a2", AlertRule.NodeLost, null) with
        {
            What = "Node hall-3 has not been heard of since 09:41:07 UTC.", Done = "Its leases end at their deadlines.", Count = 1,
        },
        ShownOps.Alert("0a1", AlertRule.Quarantined, "cam-02", node: "gate-2"),
    ];

    private static OpsCamera Camera(int i, string place)
    {
        var state = i == 2 ? CameraState.Quarantined : i % 9 == 5 ? CameraState.Missing : i == 7 ? CameraState.Suspended : i == 4 ? CameraState.Opening
            : i % 3 == 0 ? CameraState.Held : CameraState.Available;
        var camera = ShownOps.Camera($"cam-{i:00}", place, state, i % 3 == 2 ? "gate-2" : "desk-1") with
        {
            LastEndedAt = ShownOps.Time(-211 * i - 30), LastReason = s_reasons[i % s_reasons.Length],
        };
        return state switch
        {
            CameraState.Held => camera with
            {
                HeldSince = ShownOps.Time(-37 * i * i - 12), SessionRef = $"{0x5e5510a1L * (i + 1) % 0xffffffff:x8}", FrameAgeSeconds = i == 9 ? 4.2 : 0.02 + i * 0.001,
                Mode = i == 6 ? LeaseMode.Shared : LeaseMode.Exclusive,
                Holders =
                [
                    new OpsHolder("0badcafe", $"{0x5e5510a1L * (i + 1) % 0xffffffff:x8}", i == 6 ? "recognizer" : null, ShownOps.Time(-37 * i * i - 12), ShownOps.Time(25)),
                    .. i == 6 ? [new OpsHolder("0defaced", "9a4d0001", null, ShownOps.Time(-95), ShownOps.Time(20))] : Array.Empty<OpsHolder>(),
                ],
            },
            CameraState.Missing => camera with { Detail = "/dev/video5 is not there" },
            _ => camera,
        };
    }

    private static OpsNode Node(string name, NodeState state, int cameras, int held) => new(
        name, state, ShownOps.Time(-86_000), ShownOps.Time(state == NodeState.Up ? 0 : -40), cameras, held, "available", state == NodeState.Up);

    private static AuditEntry Deed(string action, string? camera, string? why, string result, int secondsAgo) =>
        new($"{secondsAgo:x8}", ShownOps.Time(-secondsAgo), "desk-1", action, camera, "night-shift", why, result);

    private static HistoryItem Hold(int i) => new(
        $"{0x1badcafe * (i + 3L) % 0xffffffff:x8}", ShownOps.Time(-240 * i - 420 + i * 7), ShownOps.Time(-240 * i - 300), 120.0 - i * 7, s_reasons[i % s_reasons.Length],
        i % 8 == 7 ? "exit code 139" : null, "desk-1", i, LeaseMode.Exclusive);
}

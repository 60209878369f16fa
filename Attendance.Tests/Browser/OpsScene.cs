using System.Text.Json.Nodes;
using Attendance.Tests.Web;

namespace Attendance.Tests.Browser;

/// <summary>A busy hour, with some of everything that a console can show.</summary>
internal static class OpsScene
{
    private static readonly string[] s_places =
        ["Front door", "Reception desk", "Loading bay", "Canteen", "Back door", "Workshop", "Meeting room 1", "Meeting room 2", "Warehouse, gate 1",
         "Warehouse, gate 2", "Car park, in", "Car park, out", "Laboratory", "Library", "Training room", "Cold store", "Stairs, north", "Stairs, south",
         "Roof terrace", "Archive", "Kitchen", "Print shop", "Nursery", "Sports hall"];

    private static readonly string[] s_reasons = ["page_hide", "client", "expired", "page_hide", "takeover", "disconnected", "forced", "worker_failed"];

    public static void Set(FakeOperations ops)
    {
        ops.Put([.. s_places.Select((place, i) => Camera(i, place))]);
        ops.Nodes.Clear();
        ops.Nodes.Add(Node("desk-1", "up", 16, 5));
        ops.Nodes.Add(Node("gate-2", "up", 8, 2));
        ops.Nodes.Add(Node("hall-3", "lost", 6, 0));
        foreach (var minute in Enumerable.Range(0, 60).Reverse())
        {
            ops.Points.Add(FakeOperations.Point(minute, (int)(9 + 5 * Math.Sin(minute / 7.0) + minute % 3), 0.1 + 0.05 * Math.Abs(Math.Sin(minute / 4.0))));
        }

        ops.Alerts.Add(FakeOperations.Alert("0a1", "quarantined", "critical", "cam-02", node: "gate-2"));
        var lost = FakeOperations.Alert("0a2", "node_lost", "critical", null);
        (lost["what"], lost["done"], lost["remedy"], lost["count"]) = (
            "Node hall-3 has not been heard of since 09:41:07 UTC.", "Its leases were ended.", "Look at that machine and its network. Start its camera API again.", 1);
        ops.Alerts.Add(lost);
        var contention = FakeOperations.Alert("0a3", "contention", "warning", "cam-00", "acknowledged");
        (contention["what"], contention["done"], contention["remedy"], contention["acknowledged_at"], contention["acknowledged_by"]) = (
            "14 have asked for Front door in a minute while somebody had it.", "Nothing: they were told when it is free.",
            "There are more who want this camera than there is camera: add one, or ask for 'auto'.", FakeOperations.Time(-90), "night-shift");
        ops.Alerts.Add(contention);
        var stalled = FakeOperations.Alert("0a5", "frames_stalled", "warning", "stage", node: "hall-3");
        (stalled["what"], stalled["done"], stalled["remedy"]) = (
            "The camera is in use and has shown nothing new for 12 s.", "It is opened again and again.", "It is opened again by itself. If it goes on, check the device, its cable or its network.");
        ops.Alerts.Add(stalled);
        ops.Alerts.Add(FakeOperations.Alert("0a4", "camera_missing", "warning", "cam-05", "resolved", "gate-2"));
        ops.DeadLetters.Add(new JsonObject
        {
            ["webhook"] = "pager", ["alert_id"] = "0a2", ["event"] = "alert_opened", ["at"] = FakeOperations.Time(-100), ["attempts"] = 5, ["node"] = "desk-1", ["error"] = "503 Service Unavailable",
        });
        ops.Audit.Add(Deed("acknowledge", "cam-00", "night-shift", null, "Alert contention is acknowledged.", 90));
        ops.Audit.Add(Deed("release", "cam-06", "night-shift", "the room is closed, its user went home", "Free, forced.", 900));
        ops.Audit.Add(Deed("release_all", null, "night-shift", "end of the shift", "7 released, 0 not free.", 2400));
        for (var i = 0; i < 14; i++)
        {
            ops.History.Add(new JsonObject
            {
                ["lease_ref"] = $"{0x1badcafe * (i + 3L) % 0xffffffff:x8}", ["acquired_at"] = FakeOperations.Time(-240 * i - 420 + i * 7), ["ended_at"] = FakeOperations.Time(-240 * i - 300),
                ["seconds"] = 120.0 - i * 7, ["reason"] = s_reasons[i % s_reasons.Length], ["detail"] = i % 8 == 7 ? "exit code 139" : null, ["node"] = "desk-1", ["fencing_token"] = i,
            });
        }
    }

    private static JsonObject Camera(int i, string place)
    {
        var state = i == 2 ? "quarantined" : i % 9 == 5 ? "missing" : i == 7 ? "suspended" : i == 4 ? "opening" : i % 3 == 0 ? "held" : "available";
        var camera = FakeOperations.Camera($"cam-{i:00}", place, state, i % 3 == 2 ? "gate-2" : "desk-1");
        if (state == "held")
        {
            (camera["held_since"], camera["session_ref"]) = (FakeOperations.Time(-37 * i * i - 12), $"{0x5e5510a1L * (i + 1) % 0xffffffff:x8}");
            (camera["frame_rate"], camera["frame_age_seconds"]) = (i == 9 ? 0 : 24.6 + i % 4 * 0.2, i == 9 ? 4.2 : 0.02 + i * 0.001);
        }

        camera["detail"] = state switch
        {
            "quarantined" => "Worker 4711 does not end: D (uvc_status_cleanup)",
            "missing" => "/dev/video5 is not there",
            _ => null,
        };
        (camera["last_ended_at"], camera["last_reason"]) = (FakeOperations.Time(-211 * i - 30), s_reasons[i % s_reasons.Length]);
        return camera;
    }

    private static JsonObject Node(string name, string state, int cameras, int held) => new()
    {
        ["node"] = name, ["state"] = state, ["started_at"] = FakeOperations.Time(-86_000), ["seen_at"] = FakeOperations.Time(state == "up" ? 0 : -40),
        ["cameras"] = cameras, ["held"] = held, ["store"] = "available", ["followed"] = state == "up",
    };

    private static JsonObject Deed(string action, string? camera, string by, string? why, string result, int secondsAgo) => new()
    {
        ["id"] = $"{secondsAgo:x8}", ["at"] = FakeOperations.Time(-secondsAgo), ["node"] = camera is "cam-05" or "cam-08" ? "gate-2" : "desk-1", ["action"] = action, ["camera_id"] = camera, ["by"] = by, ["why"] = why, ["result"] = result,
    };
}

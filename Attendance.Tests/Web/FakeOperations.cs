using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Attendance.Tests.Web;

/// <summary>What ops see and do of <see cref="FakeCameraApi"/>: a picture of cameras that the test changes, told as it happens.</summary>
internal sealed class FakeOperations
{
    private readonly ConcurrentDictionary<Channel<string>, CancellationTokenSource> _streams = new();
    private readonly Lock _gate = new();
    private int _eventId;
    private int _auditId;

    public JsonArray Cameras { get; } = [];

    public JsonArray Alerts { get; } = [];

    public JsonArray Nodes { get; } = [new JsonObject
    {
        ["node"] = "desk-1", ["state"] = "up", ["started_at"] = Time(-3600), ["seen_at"] = Time(0), ["cameras"] = 0, ["held"] = 0, ["store"] = "available", ["followed"] = true,
    }];

    public JsonArray Points { get; } = [];

    public JsonArray Audit { get; } = [];

    public JsonArray DeadLetters { get; } = [];

    public JsonArray History { get; } = [];

    /// <summary>As behind a Web whose camera-api is starting.</summary>
    public bool IsAway { get; set; }

    public int Watching => _streams.Count;

    public ConcurrentQueue<string> ResumedFrom { get; } = new();

    public static string Time(double secondsFromNow) => DateTimeOffset.UtcNow.AddSeconds(secondsFromNow).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static JsonObject Camera(string id, string name, string state = "available", string node = "desk-1", string? scope = null) => new()
    {
        ["camera_id"] = id, ["name"] = name, ["kind"] = "device", ["node"] = node, ["scope"] = scope, ["state"] = state,
        ["lease_ref"] = state == "held" ? "0badcafe" : null, ["session_ref"] = state == "held" ? "5e5510a1" : null,
        ["held_since"] = state == "held" ? Time(-75) : null, ["expires_at"] = state == "held" ? Time(25) : null,
        ["viewers"] = state == "held" ? 1 : 0, ["frame_rate"] = state == "held" ? 24.9 : null, ["frame_age_seconds"] = state == "held" ? 0.04 : null,
        ["width"] = 1280, ["height"] = 720, ["detail"] = state == "quarantined" ? "Worker 4711 does not end: D (uvc_status_cleanup)" : null,
        ["last_ended_at"] = Time(-400), ["last_reason"] = "page_hide", ["last_detail"] = null, ["rating"] = 72.4,
    };

    public static JsonObject Alert(string id, string rule, string severity, string? cameraId, string state = "open", string node = "desk-1") => new()
    {
        ["id"] = id, ["rule"] = rule, ["severity"] = severity, ["state"] = state, ["camera_id"] = cameraId, ["node"] = node,
        ["what"] = $"The camera {cameraId} could not be shown to be free.", ["done"] = "It is lent to nobody, and looked at again every 30 s.",
        ["remedy"] = "Read the cause. Unplug the device, or end the process that is named.", ["count"] = 3, ["opened_at"] = Time(-180), ["last_seen_at"] = Time(-4),
        ["acknowledged_at"] = null, ["acknowledged_by"] = null, ["resolved_at"] = state == "resolved" ? Time(-60) : null,
    };

    public static JsonObject Point(int minutesAgo, int active, double? release = 0.12) => new()
    {
        ["at"] = DateTimeOffset.UtcNow.AddMinutes(-minutesAgo).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:00Z", CultureInfo.InvariantCulture),
        ["active"] = active, ["acquired"] = active + 3, ["ended"] = active + 1, ["failures"] = minutesAgo % 17 == 0 ? 2 : 0, ["refused"] = minutesAgo % 7 == 0 ? 3 : 0,
        ["acquire_p50"] = release * 2, ["acquire_p99"] = release * 7, ["release_p50"] = release, ["release_p99"] = release * 3, ["hold_p50"] = 40, ["hold_p99"] = 400,
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/events", StreamAsync);
        routes.MapGet("/api/alerts", () => Json(new() { ["alerts"] = Copy(Alerts) }));
        routes.MapGet("/api/alerts/dead-letters", () => Json(new() { ["dead_letters"] = Copy(DeadLetters) }));
        routes.MapGet("/api/audit", () => Json(new() { ["items"] = Copy(Audit) }));
        routes.MapGet("/api/cameras/{id}/history", (string id) => Json(new() { ["camera_id"] = id, ["items"] = Copy(History) }));
        routes.MapPost("/api/alerts/{id}/acknowledge", (Delegate)AcknowledgeAsync);
        foreach (var action in (string[])["release", "reopen", "unquarantine"])
        {
            routes.MapPost($"/api/cameras/{{id}}/{action}", (HttpContext context, string id, string? node) => ActAsync(context, id, node, action));
        }
    }

    /// <summary>A camera as it is now; who watches is told.</summary>
    public void Put(params JsonObject[] cameras)
    {
        lock (_gate)
        {
            foreach (var camera in cameras)
            {
                Remove(Cameras, "camera_id", camera["camera_id"]!, camera["node"]);
                Cameras.Add(camera.DeepClone());
            }
        }

        foreach (var own in cameras.GroupBy(camera => (string)camera["node"]!))
        {
            Tell("cameras", new() { ["node"] = own.Key, ["changed"] = new JsonArray([.. own.Select(camera => camera.DeepClone())]), ["removed"] = new JsonArray() });
        }
    }

    public void PutAlert(string type, JsonObject alert)
    {
        lock (_gate)
        {
            Remove(Alerts, "id", alert["id"]!);
            Alerts.Insert(0, alert.DeepClone());
        }

        TellEvent(type, (string?)alert["camera_id"] ?? "", new() { ["alert"] = alert.DeepClone() });
    }

    public void TellEvent(string type, string cameraId, JsonObject? more = null)
    {
        var told = more ?? new() { ["lease_ref"] = "0badcafe", ["detail"] = null };
        (told["type"], told["at"], told["node"], told["camera_id"]) = (type, Time(0), "desk-1", cameraId);
        Tell(type, told, Interlocked.Increment(ref _eventId));
    }

    public void Tell(string name, JsonObject data, int? id = null)
    {
        var text = Format(name, data, id);
        foreach (var stream in _streams.Keys)
        {
            stream.Writer.TryWrite(text);
        }
    }

    /// <summary>As a network does.</summary>
    public void Break()
    {
        foreach (var cut in _streams.Values)
        {
            cut.Cancel();
        }
    }

    public async Task<IResult?> TryCleanupAsync(CleanupRequest body)
    {
        if (body.AllSessions().Count > 0)
        {
            return null;
        }

        await Task.Yield();
        var (isDryRun, isForced) = (body.DryRun == true, body.Force == true);
        JsonObject[] affected;
        lock (_gate)
        {
            affected = [.. Cameras.OfType<JsonObject>().Where(camera => isForced && (string?)camera["state"] == "held").Select(camera => (JsonObject)camera.DeepClone())];
        }

        foreach (var camera in isDryRun ? [] : affected)
        {
            Put(Camera((string)camera["camera_id"]!, (string)camera["name"]!, node: (string)camera["node"]!));
        }

        if (!isDryRun)
        {
            Write(isForced ? "release_all" : "release_stale", null, body.By!, body.Why, $"{affected.Length} released, 0 not free.");
        }

        return Json(new()
        {
            ["released"] = new JsonArray([.. affected.Select(camera => new JsonObject { ["camera_id"] = camera["camera_id"]!.DeepClone(), ["node"] = camera["node"]!.DeepClone(), ["reason"] = "forced", ["seconds"] = 0.1 })]),
            ["failed"] = new JsonArray(), ["leaving"] = new JsonArray(), ["dry_run"] = isDryRun, ["timestamp"] = Time(0),
        });
    }

    private static IResult Json(JsonObject value, int status = 200) => Results.Text(value.ToJsonString(), "application/json", null, status);

    private static IResult Problem(int status, string code, string? detail = null) =>
        Results.Text(new JsonObject { ["title"] = code, ["status"] = status, ["code"] = code, ["detail"] = detail }.ToJsonString(), "application/problem+json", null, status);

    private static void Remove(JsonArray from, string key, JsonNode value, JsonNode? node = null)
    {
        for (var i = from.Count - 1; i >= 0; i--)
        {
            if ((string?)from[i]![key] == value.GetValue<string>() && (node is null || (string?)from[i]!["node"] == (string?)node))
            {
                from.RemoveAt(i);
            }
        }
    }

    private JsonNode Copy(JsonNode node)
    {
        lock (_gate)
        {
            return node.DeepClone();
        }
    }

    private void Write(string action, string? cameraId, string by, string? why, string result)
    {
        var entry = new JsonObject { ["id"] = $"{Interlocked.Increment(ref _auditId):x8}", ["at"] = Time(0), ["node"] = "desk-1", ["action"] = action, ["camera_id"] = cameraId, ["by"] = by, ["why"] = why, ["result"] = result };
        lock (_gate)
        {
            Audit.Insert(0, entry.DeepClone());
        }

        TellEvent("action", cameraId ?? "", new() { ["action"] = entry });
    }

    private async Task StreamAsync(HttpContext context)
    {
        if (IsAway)
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            ResumedFrom.Enqueue(last);
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var stream = Channel.CreateUnbounded<string>();
        context.Response.ContentType = "text/event-stream";
        _streams[stream] = cut;
        try
        {
            await context.Response.WriteAsync("retry: 300\n\n" + string.Concat(AtFirst()), cut.Token);
            await context.Response.Body.FlushAsync(cut.Token);
            await foreach (var text in stream.Reader.ReadAllAsync(cut.Token))
            {
                await context.Response.WriteAsync(text, cut.Token);
                await context.Response.Body.FlushAsync(cut.Token);
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // in the middle of the answer
        }
        finally
        {
            _streams.TryRemove(stream, out _);
        }
    }

    /// <summary>As nodes do: the one that was asked tells which there are; each that can be heard tells how it is; of the others there is what the store has.</summary>
    private IEnumerable<string> AtFirst()
    {
        var nodes = Copy(Nodes).AsArray();
        yield return Format("nodes", new() { ["nodes"] = nodes.DeepClone() });
        var silent = nodes.Where(node => !(bool)node!["followed"]!).Select(node => (string)node!["node"]!).ToHashSet();
        foreach (var name in nodes.Concat(Copy(Cameras).AsArray()).Select(one => (string)one!["node"]!).Distinct())
        {
            var alerts = Of(Alerts, name);
            yield return silent.Contains(name) ? Format("alerts", new() { ["node"] = name, ["alerts"] = alerts }) : Format("snapshot", new()
            {
                ["node"] = name, ["at"] = Time(0), ["cameras"] = Of(Cameras, name), ["alerts"] = alerts,
                ["trends"] = new JsonObject { ["step_seconds"] = 60, ["points"] = name == "desk-1" ? Copy(Points) : new JsonArray() },
            });
        }

        JsonArray Of(JsonArray all, string name) => [.. Copy(all).AsArray().Where(one => (string?)one!["node"] == name).Select(one => one!.DeepClone())];
    }

    private static string Format(string name, JsonObject data, int? id = null) => $"{(id is null ? "" : $"id: run-{id}\n")}event: {name}\ndata: {data.ToJsonString()}\n\n";

    private async Task<IResult> AcknowledgeAsync(HttpContext context, string id)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        if (Copy(Alerts).AsArray().FirstOrDefault(alert => (string?)alert!["id"] == id) is not JsonObject alert)
        {
            return Problem(404, "unknown_alert");
        }

        (alert["state"], alert["acknowledged_at"], alert["acknowledged_by"]) = ("acknowledged", Time(0), body.RootElement.GetProperty("by").GetString());
        PutAlert("alert_acknowledged", (JsonObject)alert.DeepClone());
        Write("acknowledge", (string?)alert["camera_id"], body.RootElement.GetProperty("by").GetString()!, null, "Acknowledged.");
        return Json((JsonObject)alert.DeepClone());
    }

    private async Task<IResult> ActAsync(HttpContext context, string id, string? node, string action)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        if (Copy(Cameras).AsArray().FirstOrDefault(camera => (string?)camera!["camera_id"] == id && (node is null || (string?)camera["node"] == node)) is not JsonObject camera)
        {
            return Problem(404, "unknown_camera");
        }

        var state = (string?)camera["state"];
        var refusal = (action, state) switch
        {
            ("release", "held") or ("reopen", "held") or ("unquarantine", "quarantined") => null,
            ("unquarantine", _) => Problem(409, "not_quarantined"),
            _ => Problem(409, "not_held"),
        };
        if (refusal is null && id.Contains("stuck", StringComparison.Ordinal))
        {
            refusal = Problem(409, "not_free", (string?)camera["detail"]);
        }

        if (refusal is not null)
        {
            return refusal;
        }

        var (by, why) = (body.RootElement.GetProperty("by").GetString()!, body.RootElement.GetProperty("why").GetString()!);
        if (action != "reopen")
        {
            Put(Camera(id, (string)camera["name"]!, node: (string)camera["node"]!));
        }

        Write(action, id, by, why, "Free, forced.");
        return Json(new() { ["camera_id"] = id, ["reason"] = "forced", ["seconds"] = 0.21 }, action == "reopen" ? 202 : 200);
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenCvSharp;

namespace Attendance.Tests.Web;

internal sealed record SentRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

internal sealed record Refusal(int Status, string Code, int? RetryAfter = null);

/// <summary>camera-api as its contract has it, as far as Web and its pages use it: one process, no devices, all recorded.</summary>
internal sealed class FakeCameraApi : IAsyncDisposable
{
    public const string Key = "key-of-the-tests";
    private static readonly Lazy<byte[][]> s_pictures = new(() => [.. Enumerable.Range(0, 12).Select(Draw)]);

    private readonly ConcurrentDictionary<string, HeldLease> _leases = new();
    private readonly ConcurrentQueue<SentRequest> _requests = new();
    private readonly Lock _granting = new();
    private WebApplication? _app;
    private int _viewers;
    private long _token = 1000;

    private FakeCameraApi() => Presence = new(this);

    public JsonArray Cameras { get; set; } =
    [
        Camera("demo", "Reception desk", "available"),
    ];

    /// <summary>What asking for a camera, for the list ("*"), or whether a lease is live ("check"), is answered with instead.</summary>
    public ConcurrentDictionary<string, Refusal> Refusals { get; } = new();

    public FakePresence Presence { get; }

    public FakeOperations Operations { get; } = new();

    public double RenewAfterSeconds { get; set; } = 0.5;

    public int TtlSeconds { get; set; } = 30;

    /// <summary>How long a session that says goodbye with a grace has to come back; as long as it says, unless this is set.</summary>
    public int? GraceMs { get; set; }

    /// <summary>Added to the tokens of the frames; negative makes them those of an earlier holder.</summary>
    public long TokenOffset { get; set; }

    public Uri Address => new(_app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public int Viewers => Volatile.Read(ref _viewers);

    public IReadOnlyList<SentRequest> Requests => [.. _requests];

    public IReadOnlyList<SentRequest> Cleanups => [.. _requests.Where(sent => sent.Target.StartsWith("/api/camera/cleanup", StringComparison.Ordinal))];

    public IReadOnlyList<HeldLease> Live => [.. _leases.Values.Where(lease => lease.EndedBecause is null)];

    public IReadOnlyList<HeldLease> Ended => [.. _leases.Values.Where(lease => lease.EndedBecause is not null)];

    public static JsonObject Camera(string id, string name, string state) => new()
    {
        ["camera_id"] = id, ["name"] = name, ["kind"] = "test-pattern", ["state"] = state, ["node"] = "desk-1",
        ["width"] = 640, ["height"] = 360, ["frame_rate"] = 25, ["tags"] = new JsonArray("entrance"),
    };

    public static async Task<FakeCameraApi> StartAsync(CancellationToken cancellationToken)
    {
        var api = new FakeCameraApi();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        api._app = builder.Build();
        api._app.UseWebSockets();
        api._app.Use(api.RecordAsync);
        api._app.MapGet("/api/sessions/{id}/presence", api.Presence.AttendAsync);
        api._app.MapGet("/api/camera/status", () => Results.Json(new { active_cameras = api.Live.Count }));
        api._app.MapGet("/api/cameras", () => api.Refuse("*") as IResult ?? Results.Json(new { cameras = api.Cameras }));
        api._app.MapGet("/api/cameras/{id}", (string id) => api.Find(id) is { } camera ? Results.Json(camera) : Unknown());
        api._app.MapPost("/api/leases", (Delegate)api.AcquireAsync);
        api._app.MapPost("/api/leases/check", (Delegate)api.CheckAsync);
        api._app.MapPut("/api/leases/{id}", (string id) => api.Renew(id));
        api._app.MapDelete("/api/leases/{id}", (string id, string? reason) => api.Release(id, reason));
        api._app.MapGet("/api/cameras/{id}/stream", api.StreamAsync);
        api._app.MapGet("/api/cameras/{id}/snapshot", () => Results.Bytes(s_pictures.Value[0], "image/jpeg"));
        api._app.MapPost("/api/camera/cleanup", (Delegate)api.CleanupAsync);
        api.Operations.Map(api._app);
        await api._app.StartAsync(cancellationToken);
        return api;
    }

    /// <summary>Ends what is held, as the server does on its own.</summary>
    public void End(string reason)
    {
        foreach (var lease in Live)
        {
            lease.End(reason);
        }
    }

    /// <summary>Somebody else takes the camera.</summary>
    public HeldLease HoldByAnother(string cameraId) => Grant(cameraId, "another_session_1");

    public async ValueTask DisposeAsync()
    {
        End("shutdown");
        Operations.Break();
        if (_app is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _app.StopAsync(patience.Token);
            await _app.DisposeAsync();
            _app = null;
        }

        foreach (var lease in _leases.Values)
        {
            lease.Dispose();
        }

        _leases.Clear();
        Presence.Dispose();
    }

    private static byte[] Draw(int number)
    {
        using var picture = new Mat(360, 640, MatType.CV_8UC3, new Scalar(96, 74, 38));
        Cv2.Rectangle(picture, new Rect(0, 250, 640, 110), new Scalar(70, 54, 28), -1);
        Cv2.Circle(picture, new Point(70 + number * 45, 170), 52, new Scalar(120, 208, 95), -1, LineTypes.AntiAlias);
        Cv2.PutText(picture, $"picture {number + 1}", new Point(28, 325), HersheyFonts.HersheySimplex, 1.1, Scalar.White, 2, LineTypes.AntiAlias);
        Cv2.ImEncode(".jpg", picture, out var bytes);
        return bytes;
    }

    private static IResult Problem(int status, string code, JsonObject? extras = null)
    {
        var body = new JsonObject { ["title"] = code, ["status"] = status, ["code"] = code };
        foreach (var (name, value) in extras ?? [])
        {
            body[name] = value?.DeepClone();
        }

        return Results.Text(body.ToJsonString(), "application/problem+json", Encoding.UTF8, status);
    }

    private static IResult Unknown() => Problem(404, "unknown_camera");

    private RefusalResult? Refuse(string what) =>
        Refusals.TryGetValue(what, out var refusal) ? new RefusalResult(refusal) : null;

    private JsonNode? Find(string id) => Cameras.FirstOrDefault(camera => (string?)camera!["camera_id"] == id);

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        context.Request.Body.Position = 0;
        _requests.Enqueue(new(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString.Value,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        await next(context);
    }

    private async Task<IResult> AcquireAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var cameraId = body.RootElement.GetProperty("camera_id").GetString()!;
        var session = body.RootElement.GetProperty("session_id").GetString()!;
        if (Refuse(cameraId) is { } refusal)
        {
            return refusal;
        }

        if (cameraId == "auto")
        {
            var free = Cameras.Select(camera => (string)camera!["camera_id"]!).FirstOrDefault(id => Live.All(lease => lease.CameraId != id || lease.SessionId == session));
            if (free is null)
            {
                return Problem(404, "no_matching_camera");
            }

            cameraId = free;
        }

        if (Find(cameraId) is null && !IdFormats.IsBrowserCamera(cameraId))
        {
            return Unknown();
        }

        lock (_granting)
        {
            if (Live.FirstOrDefault(lease => lease.CameraId == cameraId) is { } held && held.SessionId != session)
            {
                if (!body.RootElement.TryGetProperty("takeover", out var takeover) || !takeover.GetBoolean())
                {
                    context.Response.Headers.RetryAfter = "20";
                    return Problem(409, "camera_in_use", new() { ["expires_at"] = DateTimeOffset.UtcNow.AddSeconds(20).ToString("O", CultureInfo.InvariantCulture) });
                }

                held.End("takeover");
            }

            if (Live.FirstOrDefault(lease => lease.CameraId == cameraId) is { } own)
            {
                own.ComeBack();
                return Results.Json(Describe(own));
            }

            return Results.Json(Describe(Grant(cameraId, session)), statusCode: 201);
        }
    }

    private HeldLease Grant(string cameraId, string session)
    {
        var lease = new HeldLease($"lease-{Guid.NewGuid():N}", cameraId, session, Interlocked.Increment(ref _token), Presence.TellEnded);
        _leases[lease.Id] = lease;
        return lease;
    }

    private object Describe(HeldLease lease) => new
    {
        lease_id = lease.Id, lease_ref = "0badcafe", camera_id = lease.CameraId, session_id = lease.SessionId, fencing_token = lease.Token,
        acquired_at = DateTimeOffset.UtcNow, expires_at = DateTimeOffset.UtcNow.AddSeconds(TtlSeconds), ttl_seconds = TtlSeconds,
        renew_after_seconds = RenewAfterSeconds,
        stream_url = IdFormats.IsBrowserCamera(lease.CameraId) ? null : $"/api/cameras/{lease.CameraId}/stream?lease={lease.Id}",
        snapshot_url = IdFormats.IsBrowserCamera(lease.CameraId) ? null : $"/api/cameras/{lease.CameraId}/snapshot?lease={lease.Id}",
        presence_url = $"/api/sessions/{lease.SessionId}/presence",
    };

    private async Task<IResult> CheckAsync(HttpContext context)
    {
        if (Refuse("check") is { } refusal)
        {
            return refusal;
        }

        var (leaseId, cameraId, token) = (await JsonBody.ReadAsync<CheckLease>(context.Request, absent: null, context.RequestAborted)).Validate();
        if (!_leases.TryGetValue(leaseId, out var lease) || lease.EndedBecause is not null || lease.CameraId != cameraId)
        {
            return Problem(410, "lease_ended", new() { ["reason"] = lease?.EndedBecause });
        }

        return lease.Token == token
            ? Results.Json(new
            {
                camera_id = lease.CameraId, lease_ref = "0badcafe", fencing_token = lease.Token, expires_at = DateTimeOffset.UtcNow.AddSeconds(TtlSeconds),
            })
            : Problem(409, "stale_token");
    }

    private IResult Renew(string id)
    {
        if (!_leases.TryGetValue(id, out var lease) || lease.EndedBecause is not null)
        {
            return Problem(410, "lease_ended", new() { ["reason"] = lease?.EndedBecause ?? "expired" });
        }

        lease.ComeBack();
        return Results.Json(new { expires_at = DateTimeOffset.UtcNow.AddSeconds(TtlSeconds) });
    }

    private IResult Release(string id, string? reason)
    {
        if (_leases.TryGetValue(id, out var lease))
        {
            lease.End(reason ?? "client");
        }

        return Results.NoContent();
    }

    private async Task StreamAsync(HttpContext context, string id, string lease)
    {
        if (!_leases.TryGetValue(lease, out var held) || held.EndedBecause is not null || held.CameraId != id)
        {
            await Problem(410, "lease_ended", new() { ["reason"] = held?.EndedBecause ?? "expired" }).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "multipart/x-mixed-replace; boundary=frame";
        Interlocked.Increment(ref _viewers);
        try
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(held.Ended, context.RequestAborted);
            for (var sequence = 0; ; sequence++)
            {
                var picture = s_pictures.Value[sequence % s_pictures.Value.Length];
                await context.Response.WriteAsync(
                    $"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {picture.Length}\r\nX-Fencing-Token: {held.Token + TokenOffset}\r\n"
                    + $"X-Timestamp: {DateTimeOffset.UtcNow:O}\r\nX-Sequence: {sequence}\r\n\r\n", until.Token);
                await context.Response.Body.WriteAsync(picture, until.Token);
                await context.Response.WriteAsync("\r\n", until.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, until.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The lease or the viewer is gone; either way this is how a stream ends.
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    private async Task<IResult> CleanupAsync(HttpContext context)
    {
        var cleanup = await JsonBody.ReadAsync<CleanupRequest>(context.Request, absent: null, context.RequestAborted);
        if (await Operations.TryCleanupAsync(cleanup) is { } answer)
        {
            return answer;
        }

        foreach (var lease in Live.Where(lease => cleanup.AllSessions().Contains(lease.SessionId)))
        {
            lease.Leave(cleanup.Reason ?? "client", cleanup.GraceMs is > 0 and var grace ? GraceMs ?? grace : 0);
        }

        return Results.Json(new { released = Array.Empty<object>(), failed = Array.Empty<object>() });
    }

    internal sealed class HeldLease(string id, string cameraId, string sessionId, long token, Action<HeldLease, string> tell) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly Lock _ending = new();
        private ITimer? _leaving;

        public string Id => id;

        public string CameraId => cameraId;

        public string SessionId => sessionId;

        public long Token => token;

        public string? EndedBecause { get; private set; }

        public CancellationToken Ended => _ended.Token;

        public void End(string reason)
        {
            lock (_ending)
            {
                if (EndedBecause is not null)
                {
                    return;
                }

                EndedBecause = reason;
            }

            tell(this, reason);
            _ended.Cancel();
        }

        /// <summary>Ends after the grace, unless its session comes back before.</summary>
        public void Leave(string reason, int graceMs)
        {
            if (graceMs == 0)
            {
                End(reason);
                return;
            }

            _leaving = TimeProvider.System.CreateTimer(_ => End(reason), null, TimeSpan.FromMilliseconds(graceMs), Timeout.InfiniteTimeSpan);
        }

        public void ComeBack() => _leaving?.Dispose();

        public void Dispose()
        {
            _leaving?.Dispose();
            _ended.Dispose();
        }
    }

    private sealed class RefusalResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (refusal.RetryAfter is { } seconds)
            {
                httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            return Problem(refusal.Status, refusal.Code).ExecuteAsync(httpContext);
        }
    }
}

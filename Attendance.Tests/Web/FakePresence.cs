using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Attendance.Tests.Web;

/// <summary>The presence sockets of <see cref="FakeCameraApi"/>: they say what the contract has them say, and record what they hear.</summary>
internal sealed class FakePresence(FakeCameraApi api) : IDisposable
{
    private readonly ConcurrentDictionary<WebSocket, string> _sockets = new();
    private readonly ConcurrentQueue<(string Session, JsonNode Message)> _heard = new();
    private readonly SemaphoreSlim _sending = new(1);
    private int _accepted;
    private int _renewals;

    /// <summary>As a proxy does that knows no sockets.</summary>
    public bool IsBlocked { get; set; }

    public int Open => _sockets.Count;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Renewals => Volatile.Read(ref _renewals);

    public IReadOnlyList<JsonNode> Heard => [.. _heard.Select(heard => heard.Message)];

    public int HeardOf(string type) => Heard.Count(message => (string?)message["type"] == type);

    public async Task AttendAsync(HttpContext context, string id)
    {
        if (IsBlocked || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync("attendance.presence.v1");
        Interlocked.Increment(ref _accepted);
        _sockets[socket] = id;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var renewing = RenewAsync(socket, id, over.Token);
        try
        {
            foreach (var lease in HeldBy(id))
            {
                lease.ComeBack();
            }

            await SendAsync(socket, new { type = "hello", ping_seconds = 5, grace_seconds = 2, hidden_hold_seconds = 600, leases = Describe(id) });
            await HearAsync(socket, id, over.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The page is gone, as pages go.
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
            await over.CancelAsync();
            await renewing;
        }
    }

    public void TellEnded(FakeCameraApi.HeldLease lease, string reason)
    {
        foreach (var (socket, _) in _sockets.Where(socket => socket.Value == lease.SessionId))
        {
            _ = SendAsync(socket, new { type = "ended", lease_id = lease.Id, camera_id = lease.CameraId, reason });
        }
    }

    /// <summary>The connections are cut, as by a proxy that is restarted.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            socket.Abort();
        }
    }

    public void Dispose() => _sending.Dispose();

    private IEnumerable<FakeCameraApi.HeldLease> HeldBy(string session) => api.Live.Where(lease => lease.SessionId == session);

    private object[] Describe(string session) =>
    [
        .. HeldBy(session).Select(lease => new
        {
            lease_id = lease.Id, camera_id = lease.CameraId, expires_at = DateTimeOffset.UtcNow.AddSeconds(api.TtlSeconds), ttl_seconds = api.TtlSeconds,
        }),
    ];

    private async Task HearAsync(WebSocket socket, string session, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return;
            }

            _heard.Enqueue((session, JsonNode.Parse(buffer.AsSpan(0, received.Count))!));
        }
    }

    private async Task RenewAsync(WebSocket socket, string session, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(api.RenewAfterSeconds), TimeProvider.System, cancellationToken);
                await SendAsync(socket, new { type = "renewed", leases = Describe(session) });
                Interlocked.Increment(ref _renewals);
            }
        }
        catch (OperationCanceledException)
        {
            // Its socket has ended.
        }
    }

    private async Task SendAsync(WebSocket socket, object message)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone; whoever reads from it sees that too.
        }
        finally
        {
            _sending.Release();
        }
    }
}

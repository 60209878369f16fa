using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Attendance.CameraApi.Sessions;
using Microsoft.AspNetCore.Http;

namespace Attendance.Tests.Hosts;

/// <summary>The presence sockets that pass a proxy, with everything that is said on them.</summary>
internal sealed class SocketProxy(Uri target, bool keepsHost)
{
    private readonly ConcurrentDictionary<WebSocket, bool> _open = new();
    private readonly ConcurrentQueue<PageMessage> _heard = new();
    private readonly ConcurrentQueue<JsonNode> _told = new();
    private int _accepted;

    /// <summary>Refuses sockets, as a proxy does that knows none.</summary>
    public bool IsBlocked { get; set; }

    public int Open => _open.Count;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>What pages have said.</summary>
    public IReadOnlyList<PageMessage> Heard => [.. _heard];

    /// <summary>How often the server has said that it has renewed what a session holds.</summary>
    public int Renewals => _told.Count(message => (string?)message["type"] == "renewed");

    public int HeardOf(string type) => Heard.Count(message => message.Type == type);

    /// <summary>Cuts the connections, as a proxy that is restarted.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys)
        {
            socket.Abort();
        }
    }

    public async Task PassAsync(HttpContext context)
    {
        if (IsBlocked)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        using var far = new ClientWebSocket();
        far.Options.CollectHttpResponseDetails = true;
        far.Options.KeepAliveInterval = TimeSpan.Zero;
        foreach (var (name, value) in context.Request.Headers.Where(header => IsPassed(header.Key)))
        {
            far.Options.SetRequestHeader(name, value);
        }

        foreach (var protocol in context.WebSockets.WebSocketRequestedProtocols)
        {
            far.Options.AddSubProtocol(protocol);
        }

        try
        {
            await far.ConnectAsync(new UriBuilder(target) { Scheme = "ws", Path = context.Request.Path }.Uri, context.RequestAborted);
        }
        catch (WebSocketException)
        {
            context.Response.StatusCode = (int)far.HttpStatusCode;
            return;
        }

        using var near = await context.WebSockets.AcceptWebSocketAsync(far.SubProtocol);
        Interlocked.Increment(ref _accepted);
        _open[near] = true;
        try
        {
            await Task.WhenAll(
                PassAsync(near, far, text =>
                {
                    if (PageMessage.TryParse(text) is { } message)
                    {
                        _heard.Enqueue(message);
                    }
                }),
                PassAsync(far, near, text => _told.Enqueue(JsonNode.Parse(text)!)));
        }
        finally
        {
            _open.TryRemove(near, out _);
        }
    }

    /// <summary>Whether a header is the client's and not of the connection, which is another one on each side.</summary>
    private bool IsPassed(string header) => header.ToUpperInvariant() switch
    {
        "HOST" => keepsHost,
        "CONNECTION" or "UPGRADE" => false,
        var name => !name.StartsWith("SEC-WEBSOCKET-", StringComparison.Ordinal),
    };

    /// <summary>Passes messages and the close on. A connection that is lost at one end is lost at the other.</summary>
    private static async Task PassAsync(WebSocket from, WebSocket to, Action<byte[]> record)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await from.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.Empty, from.CloseStatusDescription, CancellationToken.None);
                    return;
                }

                record(buffer[..length]);
                await to.SendAsync(buffer.AsMemory(0, length), part.MessageType, true, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            from.Abort();
            to.Abort();
        }
    }
}

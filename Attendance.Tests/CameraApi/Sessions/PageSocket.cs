using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Attendance.Tests.CameraApi.Sessions;

/// <summary>The page's end of a presence socket, with every message that it has received.</summary>
internal sealed class PageSocket : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends no trace of its own: another test in this process may listen to one that is not recorded, and what belongs to it is not recorded either.</summary>
    private static readonly HttpMessageInvoker s_connections = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseCookies = false });

    private readonly Lock _gate = new();
    private readonly List<JsonNode> _heard = [];
    private readonly Task _listening;

    public PageSocket(WebSocket socket)
    {
        Socket = socket;
        _listening = ListenAsync();
    }

    public WebSocket Socket { get; }

    public IReadOnlyList<JsonNode> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>Completes when nothing more will be heard.</summary>
    public Task Ended => _listening;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Uri Address(Uri server, string sessionId) =>
        new UriBuilder(server) { Scheme = "ws", Path = $"/api/sessions/{sessionId}/presence" }.Uri;

    public static async Task<PageSocket> OpenAsync(Uri server, string sessionId, params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("attendance.presence.v1");
        socket.Options.KeepAliveInterval = TimeSpan.Zero; // a browser sends no pings
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(s_patience);
        await socket.ConnectAsync(Address(server, sessionId), s_connections, bound.Token);
        return new PageSocket(socket);
    }

    public Task SayAsync(object message) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(message));

    /// <summary>Number of messages that the page has sent.</summary>
    public int Said { get; private set; }

    public Task SendAsync(byte[] text, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        Said++;
        return Socket.SendAsync(text, type, true, Cancel);
    }

    /// <summary>Returns the first message of this type, waiting for it if necessary.</summary>
    public async Task<JsonNode> HearAsync(string type, Func<JsonNode, bool>? which = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var isOver = _listening.IsCompleted;
            if (Heard.FirstOrDefault(message => (string?)message["type"] == type && which?.Invoke(message) != false) is { } found)
            {
                return found;
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < s_patience && !isOver,
                $"No '{type}' but {string.Join(", ", Heard.Select(message => message.ToJsonString()))}; {Socket.State} {Socket.CloseStatus}.");
            await Task.Delay(5, Cancel);
        }
    }

    /// <summary>Waits until the server has closed the socket with this code.</summary>
    public async Task ClosedAsync(int code)
    {
        await _listening.WaitAsync(s_patience, Cancel);
        Assert.Equal(code, (int?)Socket.CloseStatus);
    }

    /// <summary>Closes as a page that is left does.</summary>
    public async Task CloseAsync()
    {
        await Socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Cancel);
        await _listening.WaitAsync(s_patience, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Socket.Abort();
        await _listening;
        Socket.Dispose();
    }

    private async Task ListenAsync()
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
                    part = await Socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                lock (_gate)
                {
                    _heard.Add(JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, length))!);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // That is how a connection ends that was cut.
        }
    }
}

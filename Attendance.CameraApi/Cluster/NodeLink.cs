using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Attendance.CameraApi.Sessions;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// A session's socket from this node to another node that holds a camera for it. It does not reconnect; when it breaks, its user
/// creates another one.
/// </summary>
internal sealed class NodeLink : IAsyncDisposable
{
    private const int MaxUnsent = 64;
    private const int LongestMessage = 64 * 1024;
    private static readonly TimeSpan s_ping = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(500);

    private readonly Channel<PageMessage> _unsent = Channel.CreateBounded<PageMessage>(
        new BoundedChannelOptions(MaxUnsent) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly Task _running;

    public NodeLink(Uri node, string sessionId, Peers peers, Action<byte[]> heard)
    {
        _socket.Options.AddSubProtocol(Presence.Protocol);
        _socket.Options.KeepAliveInterval = s_ping;
        _socket.Options.KeepAliveTimeout = s_ping;
        _socket.Options.SetRequestHeader(Peers.HopsHeader, "1");
        _running = RunAsync(new UriBuilder(node) { Scheme = node.Scheme == "https" ? "wss" : "ws", Path = $"/api/sessions/{sessionId}/presence" }.Uri, peers, heard);
    }

    public bool IsOver => _running.IsCompleted;

    /// <summary>Whether a later socket of the session reached that node and replaced this one. This one's page is gone, or soon will be.</summary>
    public bool IsReplaced => IsOver && _socket.CloseStatus == PresenceSockets.Replaced;

    public void Send(PageMessage message) => _unsent.Writer.TryWrite(message);

    /// <summary>Sends what is still queued, such as a goodbye, and waits a moment for the link to end.</summary>
    public Task FinishAsync()
    {
        _unsent.Writer.TryComplete();
        return Task.WhenAny(_running, Task.Delay(s_moment));
    }

    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync();
        await _running;
        _socket.Dispose();
        _cut.Dispose();
    }

    private async Task RunAsync(Uri address, Peers peers, Action<byte[]> heard)
    {
        try
        {
            await _socket.ConnectAsync(address, peers.Invoker, _cut.Token);
            var writing = WriteAsync();
            await ReadAsync(heard);
            _unsent.Writer.TryComplete();
            await writing;
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or JsonException)
        {
            // The link is over. The session's leases on that node end after the grace period unless another link connects before.
        }
        finally
        {
            await _cut.CancelAsync();
            _socket.Abort();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var message in _unsent.Reader.ReadAllAsync(_cut.Token))
            {
                await _socket.SendAsync(
                    JsonSerializer.SerializeToUtf8Bytes(message, WireJson.Options), WebSocketMessageType.Text, endOfMessage: true, _cut.Token);
            }

            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", _cut.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The reader sees the failure as well and ends the link.
        }
    }

    private async Task ReadAsync(Action<byte[]> heard)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), _cut.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            await message.WriteAsync(buffer.AsMemory(0, part.Count), _cut.Token);
            if (message.Length > LongestMessage)
            {
                return; // no node sends such a long message
            }

            if (part.EndOfMessage)
            {
                heard(message.ToArray());
                message.SetLength(0);
            }
        }
    }
}

using System.Net.WebSockets;
using System.Threading.Channels;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// One socket of one session. Callers never wait for the peer, whatever it does: outgoing messages go into a bounded queue that
/// one task writes out, incoming messages are limited in length, and a close has a timeout of 500 ms.
/// </summary>
/// <param name="abort">Aborts the connection.</param>
internal sealed class PresenceSocket(WebSocket socket, string sessionHash, Action abort, TimeProvider clock) : IDisposable
{
    public const int MaxMessage = 4 * 1024;
    private const int MaxUnsent = 256;
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Channel<PresenceMessage> _unsent =
        Channel.CreateBounded<PresenceMessage>(new BoundedChannelOptions(MaxUnsent) { SingleReader = true });

    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PresenceEnd? _end;
    private (WebSocketCloseStatus Status, string Why) _farewell = (WebSocketCloseStatus.NormalClosure, "");
    private ITimer? _patience;
    private bool _isGone;

    public string SessionHash => sessionHash;

    /// <summary>The timestamp at which the page was hidden; null while it is visible.</summary>
    public long? HiddenSince { get; set; }

    /// <summary>Completes when the socket has ended and nothing of it runs any more.</summary>
    public Task Gone => _gone.Task;

    public void Send(PresenceMessage message)
    {
        if (!_unsent.Writer.TryWrite(message))
        {
            Close(PresenceEnd.Slow, WebSocketCloseStatus.PolicyViolation, "slow"); // if it is already closing, this has no effect
        }
    }

    /// <summary>Marks the coming close as intentional.</summary>
    public void SayGoodbye() => End(PresenceEnd.Goodbye);

    /// <summary>Sends the messages that are queued, then closes. Aborts the connection if that takes more than 500 ms.</summary>
    public void Close(PresenceEnd end, WebSocketCloseStatus status, string why)
    {
        End(end);
        lock (_gate)
        {
            if (_isGone || _patience is not null)
            {
                return;
            }

            _farewell = (status, why);
            _patience = clock.CreateTimer(_ => Cut(), null, s_moment, Timeout.InfiniteTimeSpan);
        }

        _unsent.Writer.TryComplete();
    }

    /// <summary>Reads and writes until the socket has ended, and returns why it ended.</summary>
    public async Task<PresenceEnd> RunAsync(Action<PageMessage> received)
    {
        var writing = WriteAsync();
        try
        {
            await ReadAsync(received);
            Close(PresenceEnd.Closed, WebSocketCloseStatus.NormalClosure, "");
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            End(IsSilence(exception) ? PresenceEnd.Timeout : PresenceEnd.Closed);
            Cut();
        }

        await writing;
        lock (_gate)
        {
            _isGone = true;
            _patience?.Dispose();
        }

        _gone.TrySetResult();
        return _end ?? PresenceEnd.Closed;
    }

    public void Dispose()
    {
        _cut.Dispose();
        _patience?.Dispose();
    }

    /// <summary>Records why the socket ends. The first reason wins.</summary>
    private void End(PresenceEnd end)
    {
        lock (_gate)
        {
            _end ??= end;
        }
    }

    private void Cut()
    {
        lock (_gate)
        {
            if (!_isGone) // once it is gone, there is no connection left to abort
            {
                _unsent.Writer.TryComplete();
                _ = _cut.CancelAsync();
                abort();
            }
        }
    }

    private async Task ReadAsync(Action<PageMessage> received)
    {
        var buffer = new byte[MaxMessage + 1];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), _cut.Token);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (part.MessageType == WebSocketMessageType.Binary)
            {
                Close(PresenceEnd.Misused, WebSocketCloseStatus.InvalidMessageType, "text only");
            }
            else if (length > MaxMessage)
            {
                Close(PresenceEnd.Misused, WebSocketCloseStatus.MessageTooBig, "too long");
            }

            var isClosing = _patience is not null;
            if (part.EndOfMessage && !isClosing && PageMessage.TryParse(buffer.AsSpan(0, length)) is { } message)
            {
                received(message);
            }

            length = part.EndOfMessage || isClosing ? 0 : length; // after our close, everything but the peer's close is discarded
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var message in _unsent.Reader.ReadAllAsync(_cut.Token))
            {
                await socket.SendAsync(message.ToJson(), WebSocketMessageType.Text, endOfMessage: true, _cut.Token);
            }

            await socket.CloseOutputAsync(_farewell.Status, _farewell.Why, _cut.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The reader sees the failure as well and records the reason.
        }
    }

    /// <summary>Returns whether the read failed because a ping was not answered in time, and not because the connection ended.</summary>
    private bool IsSilence(Exception exception) =>
        !_cut.IsCancellationRequested && socket.State == WebSocketState.Aborted
        && exception is not WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely };
}

using System.Net.WebSockets;
using System.Threading.Channels;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// One socket of one session. Whatever its other side does or does not do, nobody here waits for it: what is sent goes
/// into a bounded queue with one writer, what comes is bounded in length, and a close has a moment only.
/// </summary>
/// <param name="abort">Cuts the connection.</param>
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

    /// <summary>When its page was hidden; null while it is seen.</summary>
    public long? HiddenSince { get; set; }

    /// <summary>Nothing of it is left.</summary>
    public Task Gone => _gone.Task;

    public void Send(PresenceMessage message)
    {
        if (!_unsent.Writer.TryWrite(message))
        {
            Close(PresenceEnd.Slow, WebSocketCloseStatus.PolicyViolation, "slow"); // or it is closing, and this changes nothing
        }
    }

    /// <summary>The close that comes is meant.</summary>
    public void SayGoodbye() => End(PresenceEnd.Goodbye);

    /// <summary>Sends what is still to be sent, then closes; cuts it off when that takes more than a moment.</summary>
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

    /// <summary>Reads and writes until it has ended, and says why it has.</summary>
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

    /// <summary>Of several reasons the first counts.</summary>
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
            if (!_isGone) // then there is no connection any more to be cut
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

            length = part.EndOfMessage || isClosing ? 0 : length; // after our close all but the other's is thrown away
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
            // The reader notices as well, and says what it was.
        }
    }

    /// <summary>The ping that was not answered in time, and not a connection that has ended.</summary>
    private bool IsSilence(Exception exception) =>
        !_cut.IsCancellationRequested && socket.State == WebSocketState.Aborted
        && exception is not WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely };
}

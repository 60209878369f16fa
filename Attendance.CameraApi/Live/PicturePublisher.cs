using System.Net.WebSockets;

namespace Attendance.CameraApi.Live;

/// <summary>
/// A page that publishes its camera as JPEGs over a WebSocket, because UDP does not reach this node. It sends a picture each time that it is
/// asked, and it is asked only while a capture worker reads. So it encodes only while somebody looks, and a slow network gets fewer pictures, not old ones.
/// </summary>
internal sealed class PicturePublisher(WebSocket socket, TimeProvider clock) : IDisposable
{
    /// <summary>How many pictures may be on their way at a time, so that a long way costs no pictures.</summary>
    private const int MostAsked = 3;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1) / 15;

    /// <summary>How long a picture may wait for the reader. It takes a newer one instead.</summary>
    private static readonly TimeSpan s_fresh = 3 * s_period;

    /// <summary>How long a page may take to send a picture. One that takes longer hangs, or is gone.</summary>
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(5);

    private static readonly byte[] s_next = new NextMessage().ToJson();

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _arriving = new byte[64 * 1024], _newest = [], _taken = [];
    private int _newestLength, _asked;
    private long _newestAt, _askedAt;

    /// <summary>Stops, and does not wait for it.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    /// <summary>Publishes until the page is gone or hangs, or <see cref="Stop"/> is called.</summary>
    /// <param name="cameraId">The id under which the camera is published, which the page is told.</param>
    public async Task RunAsync(string cameraId, PictureOffer offer)
    {
        var parts = new List<Task>();
        try
        {
            await SendAsync(new PublishedMessage(cameraId).ToJson());
            parts = [ReceiveAsync(), offer.RunAsync(NextAsync, _stop.Token)];
            await await Task.WhenAny(parts);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or TimeoutException or IOException)
        {
            // The page is gone or hangs, or is published no more.
        }

        await _stop.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>Asks for pictures, at most so many a second, until there is one.</summary>
    /// <returns>The picture, valid until the next call.</returns>
    /// <exception cref="TimeoutException">The page has sent none.</exception>
    private async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < s_answersWithin;)
        {
            var arrived = _arrived.Task;
            if (TryTake() is { Length: > 0 } picture)
            {
                return picture;
            }

            var wait = s_period - clock.GetElapsedTime(_askedAt);
            if (wait <= TimeSpan.Zero)
            {
                wait = s_period;
                if (Volatile.Read(ref _asked) < MostAsked)
                {
                    _askedAt = clock.GetTimestamp();
                    Interlocked.Increment(ref _asked);
                    await SendAsync(s_next);
                }
            }

            await Task.WhenAny(arrived, Task.Delay(wait, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new TimeoutException();
    }

    private ReadOnlyMemory<byte> TryTake()
    {
        lock (_gate)
        {
            var length = clock.GetElapsedTime(_newestAt) < s_fresh ? _newestLength : 0;
            _newestLength = 0;
            (_taken, _newest) = (_newest, _taken);
            return _taken.AsMemory(0, length);
        }
    }

    /// <summary>Receives pictures until the page closes the socket, or sends what it was not asked for.</summary>
    private async Task ReceiveAsync()
    {
        for (var length = 0; ;)
        {
            if (length == _arriving.Length)
            {
                Array.Resize(ref _arriving, Math.Min(length * 2, CaptureProtocol.MaxJpegLength + 1));
            }

            var part = await socket.ReceiveAsync(_arriving.AsMemory(length), _stop.Token);
            length += part.Count;
            if (part.MessageType != WebSocketMessageType.Binary || length > CaptureProtocol.MaxJpegLength || Volatile.Read(ref _asked) == 0)
            {
                return;
            }

            if (part.EndOfMessage)
            {
                Take(length);
                length = 0;
            }
        }
    }

    private void Take(int length)
    {
        Interlocked.Decrement(ref _asked);
        TaskCompletionSource arrived;
        lock (_gate)
        {
            (_newest, _arriving) = (_arriving, _newest.Length > 0 ? _newest : new byte[_arriving.Length]);
            (_newestLength, _newestAt) = (length, clock.GetTimestamp());
            (arrived, _arrived) = (_arrived, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        arrived.SetResult();
    }

    private async Task SendAsync(byte[] message) => await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _stop.Token);
}

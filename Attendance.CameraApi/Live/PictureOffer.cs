using System.Net.Sockets;

namespace Attendance.CameraApi.Live;

/// <summary>Offers JPEGs on a socket, to the one capture worker that reads them. The next one is asked for when the worker has taken the one before.</summary>
internal sealed class PictureOffer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _head = new byte[PictureHead.Length];

    /// <param name="path">The path of the socket.</param>
    public PictureOffer(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    /// <summary>Offers pictures to one reader after the other: to each for as long as it reads and no other comes.</summary>
    /// <param name="nextAsync">Waits for a picture. It is called only while somebody reads.</param>
    public async Task RunAsync(Func<CancellationToken, Task<ReadOnlyMemory<byte>>> nextAsync, CancellationToken stop)
    {
        for (var accepting = _listener.AcceptAsync(stop).AsTask(); ;)
        {
            using var reader = await accepting;
            accepting = _listener.AcceptAsync(stop).AsTask();
            using var isReplaced = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var replacing = CancelAfterAsync(accepting, isReplaced);
            try
            {
                while (true)
                {
                    await SendAsync(reader, await nextAsync(isReplaced.Token), isReplaced.Token);
                }
            }
            catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !stop.IsCancellationRequested))
            {
                reader.Close(); // it is gone, or there is another one
            }

            await replacing;
        }
    }

    public void Dispose() => _listener.Dispose();

    private static async Task CancelAfterAsync(Task accepted, CancellationTokenSource cancelled)
    {
        await accepted;
        await cancelled.CancelAsync();
    }

    private async Task SendAsync(Socket reader, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        PictureHead.WriteJpeg(_head, jpeg.Length);
        foreach (var part in new[] { _head, jpeg })
        {
            for (var rest = part; rest.Length > 0;)
            {
                rest = rest[await reader.SendAsync(rest, cancellationToken)..];
            }
        }
    }
}

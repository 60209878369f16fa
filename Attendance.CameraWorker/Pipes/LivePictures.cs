using System.Net.Sockets;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Pipes;

/// <summary>
/// Sends pictures, decoded, to the process for WebRTC while it listens, which encodes them for those who watch. It has a thread of its own while
/// it does. A picture that would have to wait is replaced by the next one, so the device is never held up, and no old picture is on the way.
/// </summary>
internal sealed class LivePictures
{
    /// <summary>How long a picture may take to be sent. Whoever reads more slowly hangs, and is sent no more.</summary>
    private const int LongestSendMilliseconds = 2000;

    private readonly object _changed = new();
    private Socket? _listener;
    private byte[] _next = [];
    private int _length;

    /// <summary>Starts to send to the listener of a socket, in place of any other.</summary>
    /// <param name="maxPixels">See <see cref="CaptureRequest.MaxPixels"/>.</param>
    public void ShowTo(string path, int maxPixels)
    {
        if (!TurboJpeg.IsAvailable)
        {
            WorkerLog.Write("Cannot show pictures live, because libturbojpeg is not installed (Debian: libturbojpeg0)");
            return;
        }

        new Thread(() => Send(path, maxPixels)) { IsBackground = true, Name = "live" }.Start();
    }

    /// <summary>Takes the next picture, if there is a listener. Only copies it.</summary>
    public void Take(ReadOnlySpan<byte> jpeg)
    {
        if (Volatile.Read(ref _listener) is null)
        {
            return;
        }

        lock (_changed)
        {
            if (_next.Length < jpeg.Length)
            {
                _next = new byte[jpeg.Length + jpeg.Length / 4];
            }

            jpeg.CopyTo(_next);
            _length = jpeg.Length;
            Monitor.PulseAll(_changed);
        }
    }

    private void Replace(Socket? socket)
    {
        lock (_changed)
        {
            _listener?.Dispose();
            Volatile.Write(ref _listener, socket);
            _length = 0;
            Monitor.PulseAll(_changed);
        }
    }

    private void Send(string path, int maxPixels)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = LongestSendMilliseconds };
        using var decoder = new I420Decoder(maxPixels);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            Replace(socket);
            for (var jpeg = Array.Empty<byte>(); TryWait(socket, ref jpeg, out var length);)
            {
                for (var picture = decoder.Decode(jpeg.AsSpan(0, length)); picture.Length > 0;)
                {
                    picture = picture[socket.Send(picture)..];
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or ArgumentException)
        {
            // The listener is gone, or another one took its place.
        }

        lock (_changed)
        {
            if (_listener == socket)
            {
                Replace(null);
            }
        }
    }

    /// <summary>Waits for the next picture, and swaps it for the buffer of the one before.</summary>
    /// <returns>False if there is another listener, or none, by now.</returns>
    private bool TryWait(Socket socket, ref byte[] jpeg, out int length)
    {
        lock (_changed)
        {
            while (_listener == socket && _length == 0)
            {
                Monitor.Wait(_changed);
            }

            (jpeg, _next) = (_next, jpeg);
            (length, _length) = (_length, 0);
            return _listener == socket;
        }
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// What a page or another client publishes by WebRTC. This machine's WebRTC process decodes it, and offers the pictures as I420 on a
/// socket. That process drops what is not read in time, so there is never an old picture on the way.
/// </summary>
/// <param name="path">The path of the socket.</param>
internal sealed class PublishedSource(CaptureRequest request, string path) : ICaptureSource
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait for somebody to publish: they may be about to come back. Then the camera is missing, which must be said before the time to open is over.</summary>
    private static readonly TimeSpan s_longestAbsence = TimeSpan.FromSeconds(2);

    /// <summary>The longest time that the rest of a picture may take once it has begun to come.</summary>
    private const int LongestPictureMilliseconds = 4000;

    private Socket _socket = New();
    private readonly byte[] _head = new byte[I420Head.Length];
    private byte[] _picture = [];
    private I420Encoder? _encoder;
    private bool _isRead;

    public CaptureOpened Open()
    {
        if (!TurboJpeg.IsAvailable)
        {
            throw new CaptureException(
                CaptureFailureCode.CaptureUnsupported, $"Camera '{request.CameraId}': what is published cannot be encoded, because libturbojpeg is not installed (Debian: libturbojpeg0).");
        }

        var started = Stopwatch.GetTimestamp();
        var absence = request.OpenTimeout / 2 < s_longestAbsence ? request.OpenTimeout / 2 : s_longestAbsence;
        while (!TryConnect() || !TryReadFirst(started + (long)(request.OpenTimeout.TotalSeconds * Stopwatch.Frequency)))
        {
            if (Stopwatch.GetElapsedTime(started) >= absence)
            {
                throw new CaptureException(CaptureFailureCode.DeviceMissing, $"Camera '{request.CameraId}': nobody publishes it now.");
            }

            Thread.Sleep(s_look); // who publishes may be about to come back
        }

        _isRead = true;
        return new(_encoder!.Size.Width & ~1, _encoder.Size.Height & ~1, 0, "encoded", "published");
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        if (!_isRead)
        {
            if (!_socket.Poll(s_look, SelectMode.SelectRead))
            {
                return false;
            }

            Read();
        }

        _isRead = false;
        _encoder!.Encode(_picture, frame);
        return true;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _encoder?.Dispose();
    }

    private bool TryConnect()
    {
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            Renew();
            return false;
        }
    }

    /// <summary>Reads the first picture. If it breaks off, there is time for another one.</summary>
    private bool TryReadFirst(long until)
    {
        while (!_socket.Poll(s_look, SelectMode.SelectRead))
        {
            if (Stopwatch.GetTimestamp() >= until)
            {
                throw CaptureFailures.OpenTimedOut(request);
            }
        }

        try
        {
            Read();
            return true;
        }
        catch (CaptureException) when (Stopwatch.GetTimestamp() < until)
        {
            Renew();
            return false;
        }
    }

    /// <summary>A socket that has failed cannot connect again.</summary>
    private void Renew()
    {
        _socket.Dispose();
        _socket = New();
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = LongestPictureMilliseconds };

    private void Read()
    {
        Fill(_head);
        var (width, height, length) = I420Head.Read(_head);
        if (width is < 2 or > I420Head.LargestSide || height is < 2 or > I420Head.LargestSide || (long)width * height > request.MaxPixels || length != YuvPlanes.BytesOfI420(width, height))
        {
            throw new CaptureException(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': a picture of {width} x {height} pixels with {length} bytes cannot be shown.");
        }

        if (_encoder is null || _encoder.Size != (width, height))
        {
            _encoder?.Dispose();
            _encoder = new I420Encoder(width, height, request.JpegQuality);
            _picture = new byte[length];
        }

        Fill(_picture);
    }

    private void Fill(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int read;
            try
            {
                read = _socket.Receive(bytes);
            }
            catch (SocketException exception)
            {
                throw new CaptureException(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': a picture broke off.", exception);
            }

            if (read == 0)
            {
                throw new CaptureException(CaptureFailureCode.DeviceMissing, $"Camera '{request.CameraId}': nobody publishes it any more.");
            }

            bytes = bytes[read..];
        }
    }
}

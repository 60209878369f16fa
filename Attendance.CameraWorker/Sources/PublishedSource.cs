using System.Diagnostics;
using System.Net.Sockets;
using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// What a page or another client publishes, offered on a socket: as I420 by this machine's process for WebRTC, which decodes it, or as JPEG by
/// the camera API, as a page has sent it. Both drop what is not read in time, so there is never an old picture on the way.
/// </summary>
/// <param name="path">The path of the socket.</param>
internal sealed class PublishedSource(CaptureRequest request, string path) : ICaptureSource
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait for somebody to publish: they may be about to come back. Then the camera is missing, which must be said before the time to open is over.</summary>
    private static readonly TimeSpan s_longestAbsence = TimeSpan.FromSeconds(4);

    /// <summary>The longest time that the rest of a picture may take once it has begun to come.</summary>
    private const int LongestPictureMilliseconds = 4000;

    private Socket _socket = New();
    private readonly byte[] _head = new byte[PictureHead.Length];
    private readonly JpegEncoder _jpeg = new(request.JpegQuality, request.MaxPixels);
    private byte[] _picture = [];

    /// <summary>The length of the JPEG that was read last; 0 if it was I420.</summary>
    private int _jpegLength;
    private I420Encoder? _encoder;
    private bool _isRead;

    public CaptureOpened Open()
    {
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
        if (_jpegLength == 0)
        {
            return new(_encoder!.Size.Width & ~1, _encoder.Size.Height & ~1, 0, "encoded", "published");
        }

        var picture = MjpegBytes.Look(Jpeg);
        return new(picture.Width, picture.Height, 0, "mjpeg", "published");
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
        if (_jpegLength > 0)
        {
            var picture = MjpegBytes.Look(Jpeg);
            frame.Begin(picture.Width, picture.Height);
            frame.Put(Jpeg, _jpeg.MeasureNowAndThen(Jpeg), FrameFlags.PassedThrough);
        }
        else
        {
            _encoder!.Encode(_picture, frame);
        }

        return true;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _encoder?.Dispose();
    }

    private ReadOnlySpan<byte> Jpeg => _picture.AsSpan(0, _jpegLength);

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
        catch (CaptureException exception) when (exception.Code != CaptureFailureCode.CaptureUnsupported && Stopwatch.GetTimestamp() < until)
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
        var (width, height, length, form) = PictureHead.Read(_head);
        if (form == PictureForm.Jpeg)
        {
            ReadJpeg(length);
        }
        else
        {
            ReadI420(width, height, length);
        }
    }

    private void ReadJpeg(int length)
    {
        if (length is <= 0 or > CaptureProtocol.MaxJpegLength)
        {
            throw Unshowable($"a JPEG of {length} bytes");
        }

        if (_picture.Length < length)
        {
            _picture = new byte[length + length / 4]; // the next one is rarely of exactly this length
        }

        Fill(_picture.AsSpan(0, length));
        _jpegLength = MjpegBytes.CompleteLength(_picture.AsSpan(0, length));
        if (_jpegLength == 0 || !MjpegBytes.IsDecodable(Jpeg, request.MaxPixels))
        {
            throw Unshowable($"a JPEG that is damaged or has more than {request.MaxPixels} pixels");
        }
    }

    private void ReadI420(int width, int height, int length)
    {
        if (!TurboJpeg.IsAvailable)
        {
            throw new CaptureException(
                CaptureFailureCode.CaptureUnsupported, $"Camera '{request.CameraId}': what is published cannot be encoded, because libturbojpeg is not installed (Debian: libturbojpeg0).");
        }

        if (width is < 2 or > PictureHead.LargestSide || height is < 2 or > PictureHead.LargestSide || (long)width * height > request.MaxPixels || length != YuvPlanes.BytesOfI420(width, height))
        {
            throw Unshowable($"a picture of {width} x {height} pixels with {length} bytes");
        }

        if (_encoder is null || _encoder.Size != (width, height) || _picture.Length != length)
        {
            _encoder?.Dispose();
            _encoder = new I420Encoder(width, height, request.JpegQuality);
            _picture = new byte[length];
        }

        _jpegLength = 0;
        Fill(_picture);
    }

    private CaptureException Unshowable(string what) => new(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': {what} cannot be shown.");

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

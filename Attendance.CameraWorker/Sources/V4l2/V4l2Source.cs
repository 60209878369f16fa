using System.Diagnostics;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;
using Attendance.Capture.Devices;

namespace Attendance.CameraWorker.Sources.V4l2;

/// <summary>
/// A camera that is attached to this Linux machine. If it delivers JPEG, the bytes are passed on unchanged; if it delivers YUYV and TurboJPEG is
/// installed, TurboJPEG encodes it. For both, this class reads the device itself, and with TurboJPEG it needs no OpenCV. Whatever else a camera delivers,
/// OpenCV converts.
/// </summary>
/// <param name="hasTurboJpeg">See <see cref="TurboJpeg.IsAvailable"/>.</param>
internal sealed class V4l2Source(CaptureRequest request, string target, DeviceDiscovery discovery, bool hasTurboJpeg) : ICaptureSource
{
    private const string MotionJpeg = "MJPG", Yuyv = "YUYV";

    /// <summary>What is asked for unless the camera's settings say otherwise. Every webcam has it.</summary>
    private const int UsualWidth = 640, UsualHeight = 480;

    private const int ReadAttempts = 5;

    /// <summary>How often a wait for the device looks whether the worker shall stop.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_beforeNextAttempt = TimeSpan.FromMilliseconds(20);

    private readonly JpegEncoder _meter = new(request.JpegQuality, request.MaxPixels);
    private V4l2Probe _probe = null!;
    private V4l2Device? _device;
    private V4l2Stream? _stream;
    private V4l2Buffer? _first;
    private YuyvEncoder? _yuyv;
    private byte[] _rows = [];
    private DeviceSource? _converted;

    public CaptureOpened Open()
    {
        _probe = new V4l2Probe(request.CameraId, target, discovery);
        _probe.ThrowIfUnusable();
        V4l2Controls.Apply(request, _probe.Node);
        if (PreferredFormat() is { } format && TryOpen(format) is { } stream)
        {
            return new(stream.Format.Width, stream.Format.Height, stream.FrameRate, _yuyv is null ? "mjpeg" : "encoded", "V4L2");
        }

        Close();
        _converted = new DeviceSource(request, target, _probe);
        return _converted.Open();
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        if (_converted is not null)
        {
            return _converted.TryRead(frame, stop);
        }

        if (Next(stop) is not { } buffer)
        {
            return false;
        }

        try
        {
            var bytes = _stream!.Bytes(buffer);
            return !buffer.IsDamaged && (_yuyv is null ? TryPass(bytes, frame) : TryEncode(bytes, frame)); // damaged on the bus; the next picture is usually whole
        }
        finally
        {
            GiveBack(buffer);
        }
    }

    public void Dispose()
    {
        Close();
        _converted?.Dispose();
    }

    /// <returns>The format that costs the worker least; null if OpenCV must convert.</returns>
    private string? PreferredFormat() =>
        !Environment.Is64BitProcess ? null
        : _probe.Offers(MotionJpeg) ? MotionJpeg
        : hasTurboJpeg && _probe.Offers(Yuyv) ? Yuyv
        : null;

    /// <returns>The stream; null if its pictures must be converted after all.</returns>
    /// <exception cref="CaptureException">The device was lost, or its pictures are too large.</exception>
    private V4l2Stream? TryOpen(string format)
    {
        try
        {
            _device = V4l2Device.TryOpen(_probe.Node, out var error) ?? throw new V4l2Exception("open", error);
            _stream = new V4l2Stream(_device, format, request.Width ?? UsualWidth, request.Height ?? UsualHeight, request.FrameRate);
        }
        catch (V4l2Exception exception)
        {
            _probe.ThrowIfUnusable();
            WorkerLog.Write($"OpenCV reads the device, because it does not stream here: {exception.Message}");
            return null;
        }

        var agreed = _stream.Format;
        if (agreed.FourCc != format)
        {
            return null;
        }

        CaptureFailures.ThrowIfTooLarge(request, agreed.Width, agreed.Height);
        return (format == Yuyv ? TryEncodeYuyv(agreed) : IsShowable()) ? _stream : null;
    }

    private bool TryEncodeYuyv(V4l2Format format)
    {
        if (format.Width % 2 != 0 || format.Stride < format.Width * YuvPlanes.BytesPerPixel)
        {
            return false;
        }

        _yuyv = new YuyvEncoder(format.Width, format.Height, request.JpegQuality);
        _rows = new byte[format.Width * YuvPlanes.BytesPerPixel * format.Height];
        WorkerLog.Write("Its YUYV is encoded by TurboJPEG");
        return true;
    }

    /// <summary>Whether browsers can show its JPEGs. Some cameras leave out the Huffman tables. The picture that was examined is kept for the first read.</summary>
    private bool IsShowable()
    {
        for (var attempt = 0; attempt < ReadAttempts; attempt++)
        {
            var buffer = Next(CancellationToken.None)!.Value;
            if (!buffer.IsDamaged && MjpegBytes.CompleteLength(_stream!.Bytes(buffer)) > 0)
            {
                _first = buffer;
                return true;
            }

            GiveBack(buffer);
        }

        return false;
    }

    /// <returns>The newest picture; null if the worker shall stop.</returns>
    /// <exception cref="CaptureException">The device was lost, or delivers no more.</exception>
    private V4l2Buffer? Next(CancellationToken stop)
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }

        var (since, failures) = (Stopwatch.GetTimestamp(), 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (_stream!.Wait(s_look) && _stream.TakeNewest() is { } newest)
                {
                    return newest;
                }
            }
            catch (V4l2Exception)
            {
                // A driver may fail one call and recover. A device that was unplugged does not recover.
                _probe.ThrowIfGone();
                if (++failures == ReadAttempts)
                {
                    throw Stopped();
                }

                stop.WaitHandle.WaitOne(s_beforeNextAttempt);
            }

            if (Stopwatch.GetElapsedTime(since) > request.ReadTimeout)
            {
                _probe.ThrowIfGone();
                throw Stopped();
            }
        }

        return null;
    }

    private bool TryPass(ReadOnlySpan<byte> bytes, FrameBuffer frame)
    {
        var length = MjpegBytes.CompleteLength(bytes);
        if (length == 0 || !MjpegBytes.IsDecodable(bytes, request.MaxPixels))
        {
            return false;
        }

        var jpeg = bytes[..length];
        var picture = MjpegBytes.Look(jpeg); // which is right even if the device has changed its size
        frame.Begin(picture.Width, picture.Height);
        frame.Put(jpeg, _meter.MeasureNowAndThen(jpeg), FrameFlags.PassedThrough);
        return true;
    }

    /// <summary>Encodes a picture without the padding that some drivers put behind each row.</summary>
    private bool TryEncode(ReadOnlySpan<byte> bytes, FrameBuffer frame)
    {
        var (row, stride, rows) = (_stream!.Format.Width * YuvPlanes.BytesPerPixel, _stream.Format.Stride, _stream.Format.Height);
        if (bytes.Length < stride * (rows - 1) + row)
        {
            return false;
        }

        if (stride == row)
        {
            _yuyv!.Encode(bytes[..(row * rows)], frame);
            return true;
        }

        for (var y = 0; y < rows; y++)
        {
            bytes.Slice(y * stride, row).CopyTo(_rows.AsSpan(y * row));
        }

        _yuyv!.Encode(_rows, frame);
        return true;
    }

    private void GiveBack(V4l2Buffer buffer)
    {
        try
        {
            _stream!.GiveBack(buffer);
        }
        catch (V4l2Exception)
        {
            _probe.ThrowIfGone(); // otherwise the driver has one buffer less, and the next call says whether it still works
        }
    }

    private CaptureException Stopped() => new(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': the device '{target}' stopped delivering.");

    private void Close()
    {
        _stream?.Dispose();
        _device?.Dispose();
        _yuyv?.Dispose();
        (_stream, _device, _yuyv, _first) = (null, null, null, null);
    }
}

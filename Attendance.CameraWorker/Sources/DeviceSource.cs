using System.Globalization;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;
using Attendance.Capture.Devices;
using OpenCvSharp;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// A camera that is attached to this machine. If it delivers JPEG, the bytes are passed on unchanged. If it delivers YUYV and TurboJPEG is
/// installed, TurboJPEG encodes the bytes directly. Otherwise OpenCV decodes and encodes them.
/// </summary>
/// <param name="hasTurboJpeg">See <see cref="TurboJpeg.IsAvailable"/>.</param>
internal sealed class DeviceSource(CaptureRequest request, string target, DeviceDiscovery discovery, bool hasTurboJpeg) : ICaptureSource
{
    private const string MotionJpeg = "MJPG", Yuyv = "YUYV";
    private const int ReadAttempts = 5;

    private readonly JpegEncoder _encoder = new(request.JpegQuality, request.MaxPixels);
    private readonly Mat _picture = new();
    private VideoCapture? _capture;
    private V4l2Probe? _probe;
    private (int Width, int Height) _size;
    private bool _passThrough;
    private YuyvEncoder? _yuyv;

    public CaptureOpened Open()
    {
        if (OperatingSystem.IsLinux())
        {
            _probe = new V4l2Probe(request.CameraId, target, discovery);
            _probe.ThrowIfUnusable();
            NativeProcess.SetEnvironment("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", SelectTimeout(request.ReadTimeout));
        }

        _capture = OpenDevice();
        if (!_capture.IsOpened())
        {
            _probe?.ThrowIfUnusable(); // OpenCV does not tell the reason, so ask the kernel again
            throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}': the device '{target}' could not be opened.");
        }

        Configure(_capture);
        var frameRate = double.IsFinite(_capture.Fps) ? Math.Max(0, _capture.Fps) : 0;
        return new(_size.Width, _size.Height, frameRate, _passThrough ? "mjpeg" : "encoded", _capture.GetBackendName());
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        Read(stop);
        if (stop.IsCancellationRequested || _picture.Empty())
        {
            return false;
        }

        if (_yuyv is not null)
        {
            return TryEncode(_yuyv, frame);
        }

        if (!_passThrough)
        {
            _encoder.Encode(_picture, frame);
            return true;
        }

        var length = MjpegBytes.CompleteLength(Bytes(_picture));
        if (length == 0)
        {
            return false; // the picture was damaged on the bus; the next one is usually whole
        }

        var jpeg = Bytes(_picture)[..length];
        frame.Begin(_size.Width, _size.Height);
        frame.Put(jpeg, _encoder.MeasureNowAndThen(jpeg), FrameFlags.PassedThrough);
        return true;
    }

    public void Dispose()
    {
        _capture?.Dispose();
        _picture.Dispose();
        _yuyv?.Dispose();
    }

    /// <summary>
    /// Returns the read timeout in whole seconds, as OpenCV needs it. OpenCV waits no longer than that for a driver that delivers nothing.
    /// </summary>
    internal static string SelectTimeout(TimeSpan readTimeout) =>
        Math.Max(1, (int)Math.Ceiling(readTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private bool TryEncode(YuyvEncoder encoder, FrameBuffer frame)
    {
        if (!IsWholeYuyv(_picture))
        {
            return false; // the picture was damaged on the bus; the next one is usually whole
        }

        encoder.Encode(Bytes(_picture), frame);
        return true;
    }

    private VideoCapture OpenDevice()
    {
        if (_probe is not null)
        {
            return new VideoCapture(_probe.Node, VideoCaptureAPIs.V4L2);
        }

        if (!int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw new CaptureException(CaptureFailureCode.DeviceMissing, $"Camera '{request.CameraId}': on this system a device is given by its number, as in 'device:0', not as '{target}'.");
        }

        if (!OperatingSystem.IsWindows())
        {
            return new VideoCapture(index, VideoCaptureAPIs.AVFOUNDATION);
        }

        var capture = new VideoCapture(index, VideoCaptureAPIs.MSMF);
        if (capture.IsOpened())
        {
            return capture;
        }

        capture.Dispose();
        return new VideoCapture(index, VideoCaptureAPIs.DSHOW);
    }

    private void Configure(VideoCapture capture)
    {
        var format = PreferredFormat();
        if (format is not null)
        {
            capture.Set(VideoCaptureProperties.FourCC, VideoWriter.FourCC(format));
        }

        if (request is { Width: { } width, Height: { } height })
        {
            capture.Set(VideoCaptureProperties.FrameWidth, width);
            capture.Set(VideoCaptureProperties.FrameHeight, height);
        }

        if (request.FrameRate is { } frameRate)
        {
            capture.Set(VideoCaptureProperties.Fps, frameRate);
        }

        _size = (capture.FrameWidth, capture.FrameHeight);
        CaptureFailures.ThrowIfTooLarge(request, _size.Width, _size.Height);
        if (format is null || (int)capture.Get(VideoCaptureProperties.FourCC) != VideoWriter.FourCC(format))
        {
            return;
        }

        _passThrough = format == MotionJpeg && DeliversAsItIs(capture, IsShowableJpeg);
        if (format == Yuyv && _size.Width % 2 == 0 && DeliversAsItIs(capture, IsWholeYuyv))
        {
            _yuyv = new YuyvEncoder(_size.Width, _size.Height, request.JpegQuality);
            WorkerLog.Write("Its YUYV is encoded by TurboJPEG");
        }
    }

    /// <returns>The format that costs the worker least, or null to leave the choice to OpenCV.</returns>
    private string? PreferredFormat()
    {
        if (_probe is null)
        {
            return OperatingSystem.IsWindows() ? MotionJpeg : null;
        }

        return _probe.Offers(MotionJpeg) ? MotionJpeg : hasTurboJpeg && _probe.Offers(Yuyv) ? Yuyv : null;
    }

    /// <summary>
    /// Whether the backend hands out the device's bytes unchanged and they can be used. Some backends cannot, and some bytes are not usable.
    /// OpenCV decodes the pictures in those cases.
    /// </summary>
    private bool DeliversAsItIs(VideoCapture capture, Func<Mat, bool> canBeUsed)
    {
        if (capture.Set(VideoCaptureProperties.ConvertRgb, 0))
        {
            for (var attempt = 0; attempt < ReadAttempts; attempt++)
            {
                if (capture.Read(_picture) && !_picture.Empty() && canBeUsed(_picture))
                {
                    return true;
                }
            }
        }

        capture.Set(VideoCaptureProperties.ConvertRgb, 1);
        return false;
    }

    /// <summary>Whether browsers can show the picture. Some cameras leave out the Huffman tables, and no browser shows such a JPEG.</summary>
    private static bool IsShowableJpeg(Mat picture) => MjpegBytes.CompleteLength(Bytes(picture)) > 0;

    /// <summary>Whether the bytes are exactly one picture without padding. Some drivers pad the rows.</summary>
    private bool IsWholeYuyv(Mat picture) => Bytes(picture).Length == _size.Width * _size.Height * YuvPlanes.BytesPerPixel;

    private void Read(CancellationToken stop)
    {
        for (var attempt = 1; !stop.IsCancellationRequested; attempt++)
        {
            if (_capture!.Read(_picture))
            {
                return;
            }

            // A driver may fail one read and recover. A device that was unplugged does not recover.
            _probe?.ThrowIfGone();
            if (attempt == ReadAttempts)
            {
                throw new CaptureException(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': the device '{target}' stopped delivering.");
            }

            stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
        }
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Mat picture) => new(picture.DataPointer, checked((int)(picture.Total() * picture.ElemSize())));
}

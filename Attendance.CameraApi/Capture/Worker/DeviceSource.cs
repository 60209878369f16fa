using System.Globalization;
using Attendance.CameraApi.Cameras.Discovery;
using OpenCvSharp;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>A camera attached to this machine. Where it delivers JPEG, its bytes are passed on as they are.</summary>
internal sealed class DeviceSource(CaptureRequest request, string target, DeviceDiscovery discovery) : ICaptureSource
{
    private const string MotionJpeg = "MJPG";
    private const int ReadAttempts = 5;

    private readonly JpegEncoder _encoder = new(request.JpegQuality);
    private readonly Mat _picture = new();
    private VideoCapture? _capture;
    private V4l2Probe? _probe;
    private (int Width, int Height) _size;
    private bool _passThrough;

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
            _probe?.ThrowIfUnusable(); // OpenCV keeps the reason to itself; the kernel is asked again
            throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}': the device '{target}' could not be opened.");
        }

        Configure(_capture);
        _size = (_capture.FrameWidth, _capture.FrameHeight);
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

        if (!_passThrough)
        {
            _encoder.Encode(_picture, frame);
            return true;
        }

        var length = MjpegBytes.CompleteLength(Bytes(_picture));
        if (length == 0)
        {
            return false; // torn on the bus: the next one is whole
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
    }

    /// <summary>OpenCV takes whole seconds. A driver that delivers nothing for that long is not waited for any longer.</summary>
    internal static string SelectTimeout(TimeSpan readTimeout) =>
        Math.Max(1, (int)Math.Ceiling(readTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

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
        var offersJpeg = _probe?.Offers(MotionJpeg) ?? OperatingSystem.IsWindows();
        if (offersJpeg)
        {
            capture.Set(VideoCaptureProperties.FourCC, VideoWriter.FourCC(MotionJpeg));
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

        _passThrough = offersJpeg && (int)capture.Get(VideoCaptureProperties.FourCC) == VideoWriter.FourCC(MotionJpeg) && DeliversJpeg(capture);
    }

    /// <summary>Some cameras leave the Huffman tables out, which no browser forgives; some backends cannot hand out the bytes. Those are decoded.</summary>
    private bool DeliversJpeg(VideoCapture capture)
    {
        if (capture.Set(VideoCaptureProperties.ConvertRgb, 0))
        {
            for (var attempt = 0; attempt < ReadAttempts; attempt++)
            {
                if (capture.Read(_picture) && !_picture.Empty() && MjpegBytes.CompleteLength(Bytes(_picture)) > 0)
                {
                    return true;
                }
            }
        }

        capture.Set(VideoCaptureProperties.ConvertRgb, 1);
        return false;
    }

    private void Read(CancellationToken stop)
    {
        for (var attempt = 1; !stop.IsCancellationRequested; attempt++)
        {
            if (_capture!.Read(_picture))
            {
                return;
            }

            // A driver may fail one read and recover; one that was unplugged does not.
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

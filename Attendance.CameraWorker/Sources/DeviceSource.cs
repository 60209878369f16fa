using System.Globalization;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Sources.V4l2;
using OpenCvSharp;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// A camera that is attached to this machine, read by OpenCV. On Windows, if it delivers JPEG, the bytes are passed on unchanged. Everything else
/// OpenCV decodes and encodes.
/// </summary>
/// <param name="probe">Knows the device on Linux, where it has been found to be usable; null elsewhere.</param>
internal sealed class DeviceSource(CaptureRequest request, string target, V4l2Probe? probe = null) : ICaptureSource
{
    private const string MotionJpeg = "MJPG";
    private const int ReadAttempts = 5;

    private readonly JpegEncoder _encoder = new(request.JpegQuality, request.MaxPixels);
    private readonly Mat _picture = new();
    private VideoCapture? _capture;
    private (int Width, int Height) _size;
    private bool _passThrough;

    public CaptureOpened Open()
    {
        if (probe is not null)
        {
            NativeProcess.SetEnvironment("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", SelectTimeout(request.ReadTimeout));
        }

        _capture = OpenDevice();
        if (!_capture.IsOpened())
        {
            probe?.ThrowIfUnusable(); // OpenCV does not tell the reason, so ask the kernel again
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
    }

    /// <summary>
    /// Returns the read timeout in whole seconds, as OpenCV needs it. OpenCV waits no longer than that for a driver that delivers nothing.
    /// </summary>
    internal static string SelectTimeout(TimeSpan readTimeout) =>
        Math.Max(1, (int)Math.Ceiling(readTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private VideoCapture OpenDevice()
    {
        if (probe is not null)
        {
            return new VideoCapture(probe.Node, VideoCaptureAPIs.V4L2);
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
        if (OperatingSystem.IsWindows() || probe?.Offers(MotionJpeg) == true)
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

        _size = (capture.FrameWidth, capture.FrameHeight);
        CaptureFailures.ThrowIfTooLarge(request, _size.Width, _size.Height);
        _passThrough = OperatingSystem.IsWindows() && (int)capture.Get(VideoCaptureProperties.FourCC) == VideoWriter.FourCC(MotionJpeg) && DeliversAsItIs(capture);
    }

    /// <summary>
    /// Whether the backend hands out the device's bytes unchanged, and browsers can show them. Some cameras leave out the Huffman tables. OpenCV
    /// decodes the pictures in those cases.
    /// </summary>
    private bool DeliversAsItIs(VideoCapture capture)
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

            // A driver may fail one read and recover. A device that was unplugged does not recover.
            probe?.ThrowIfGone();
            if (attempt == ReadAttempts)
            {
                throw new CaptureException(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': the device '{target}' stopped delivering.");
            }

            stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
        }
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Mat picture) => new(picture.DataPointer, checked((int)(picture.Total() * picture.ElemSize())));
}

using System.Text.Json;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Pipes;
using OpenCvSharp;

namespace Attendance.CameraWorker;

/// <summary>
/// Lets a spare worker do in advance what would otherwise delay its first frame: compile the code and load OpenCV.
/// </summary>
internal static class WorkerPreload
{
    private const string Sample = """{"camera_id":"","source":"test-pattern","frame_rate":60,"jpeg_quality":80,"open_timeout":"00:00:01","read_timeout":"00:00:01"}""";

    public static void Managed()
    {
        var request = JsonSerializer.Deserialize(Sample, CaptureJson.Default.CaptureRequest)!;
        var outbox = new Outbox();
        using var source = CaptureSources.Create(request, Stream.Null);
        var opened = source.Open();
        outbox.Opened(opened, new CaptureTimes(TraceParent: "", Ready: 0, Opened: 0, Failed: null));
        WorkerLog.Preload(opened);
        var frame = new FrameBuffer();
        source.TryRead(frame, CancellationToken.None);
        frame.Finish(last: 0);
        outbox.Publish(frame);
        outbox.Take(out _);
        if (TurboJpeg.IsAvailable)
        {
            using var encoder = new YuyvEncoder(16, 16, 80);
            encoder.Encode(new byte[16 * 16 * YuvPlanes.BytesPerPixel], new FrameBuffer());
        }
    }

    /// <summary>
    /// Loads OpenCV and runs its encoder once. If the library is missing, that is not a failure yet, because the test pattern works without it.
    /// </summary>
    public static void OpenCv()
    {
        try
        {
            using var picture = new Mat(16, 16, MatType.CV_8UC3, OpenCvSharp.Scalar.All(0));
            new JpegEncoder(80, CaptureProtocol.DefaultMaxPixels).Encode(picture, new FrameBuffer());
            using var capture = new VideoCapture();
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException or BadImageFormatException or OpenCvSharpException)
        {
            WorkerLog.Write("OpenCV is not available here: " + exception.GetType().Name);
        }
    }
}

using Attendance.CameraWorker.Pictures;
using OpenCvSharp;

namespace Attendance.CameraWorker.Sources;

/// <summary>A source that plays a video file over and over, at the file's own frame rate.</summary>
internal sealed class FileSource(CaptureRequest request, string path) : ICaptureSource
{
    private const double UsualFrameRate = 25;
    private const double HighestFrameRate = 120;

    private readonly JpegEncoder _encoder = new(request.JpegQuality, request.MaxPixels);
    private readonly Mat _picture = new();
    private VideoCapture? _capture;
    private FramePacer _pacer = null!;

    public CaptureOpened Open()
    {
        if (!File.Exists(path))
        {
            throw new CaptureException(CaptureFailureCode.DeviceMissing, $"Camera '{request.CameraId}': the file '{Path.GetFileName(path)}' does not exist.");
        }

        _capture = new VideoCapture(path, VideoCaptureAPIs.ANY);
        if (!_capture.IsOpened())
        {
            throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{request.CameraId}': the file '{Path.GetFileName(path)}' is not a video that can be read.");
        }

        CaptureFailures.ThrowIfTooLarge(request, _capture.FrameWidth, _capture.FrameHeight);
        var frameRate = _capture.Fps is > 0 and <= HighestFrameRate ? _capture.Fps : UsualFrameRate;
        _pacer = new FramePacer(frameRate);
        return new(_capture.FrameWidth, _capture.FrameHeight, frameRate, "encoded", _capture.GetBackendName());
    }

    public bool TryRead(FrameBuffer frame, CancellationToken stop)
    {
        if (!_pacer.Wait(stop))
        {
            return false;
        }

        if (!Next() && !Rewind())
        {
            throw new CaptureException(CaptureFailureCode.ReadFailed, $"Camera '{request.CameraId}': the file '{Path.GetFileName(path)}' can no longer be read.");
        }

        _encoder.Encode(_picture, frame);
        return true;
    }

    public void Dispose()
    {
        _capture?.Dispose();
        _picture.Dispose();
    }

    private bool Next() => _capture!.Read(_picture) && !_picture.Empty();

    private bool Rewind()
    {
        if (_capture!.Set(VideoCaptureProperties.PosFrames, 0) && Next())
        {
            return true;
        }

        // Not every container can be rewound, so open the file again.
        _capture.Dispose();
        _capture = new VideoCapture(path, VideoCaptureAPIs.ANY);
        return _capture.IsOpened() && Next();
    }
}

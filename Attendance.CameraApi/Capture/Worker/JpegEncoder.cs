using System.Diagnostics;
using OpenCvSharp;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Puts a picture of OpenCV's into a frame, as JPEG.</summary>
internal sealed class JpegEncoder(int quality)
{
    private static readonly TimeSpan s_betweenMeasurements = TimeSpan.FromSeconds(1);

    private readonly int[] _parameters = [(int)ImwriteFlags.JpegQuality, quality];
    private readonly PictureNoise _noise = new();
    private long _measured;

    public void Encode(Mat picture, FrameBuffer frame)
    {
        frame.Begin(picture.Width, picture.Height);
        Cv2.ImEncode(".jpg", picture, out var jpeg, _parameters);
        frame.Put(jpeg, Measure(picture));
    }

    /// <summary>Decoding costs what passing a picture through saves, so only one a second is looked at.</summary>
    public PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> jpeg)
    {
        var now = Stopwatch.GetTimestamp();
        if (_measured != 0 && Stopwatch.GetElapsedTime(_measured, now) < s_betweenMeasurements)
        {
            return PictureQuality.Unknown;
        }

        _measured = now;
        using var grey = Cv2.ImDecode(jpeg, ImreadModes.Grayscale);
        return grey.Empty() ? PictureQuality.Unknown : Measure(grey);
    }

    private unsafe PictureQuality Measure(Mat picture)
    {
        var channels = picture.Channels();
        if (!picture.IsContinuous() || picture.Depth() != MatType.CV_8U || channels is not (1 or 3))
        {
            return PictureQuality.Unknown;
        }

        var pixels = new ReadOnlySpan<byte>(picture.DataPointer, picture.Width * picture.Height * channels);
        return PictureQuality.Measure(pixels, picture.Width, picture.Height, channels) with
        {
            Noise = _noise.MeasureNowAndThen(pixels, picture.Width, picture.Height, channels),
        };
    }
}

using System.Diagnostics;
using OpenCvSharp;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Puts a picture of OpenCV's into a frame, as JPEG.</summary>
internal sealed class JpegEncoder(int quality)
{
    private static readonly TimeSpan s_betweenMeasurements = TimeSpan.FromSeconds(1);

    private readonly int[] _parameters = [(int)ImwriteFlags.JpegQuality, quality];

    public void Encode(Mat picture, FrameBuffer frame)
    {
        frame.Begin(picture.Width, picture.Height);
        Cv2.ImEncode(".jpg", picture, out var jpeg, _parameters);
        frame.Put(jpeg, Measure(picture));
    }

    /// <summary>Decoding costs what passing a picture through saves, so only one a second is looked at.</summary>
    public static PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> jpeg, ref long measured)
    {
        var now = Stopwatch.GetTimestamp();
        if (measured != 0 && Stopwatch.GetElapsedTime(measured, now) < s_betweenMeasurements)
        {
            return PictureQuality.Unknown;
        }

        measured = now;
        using var grey = Cv2.ImDecode(jpeg, ImreadModes.Grayscale);
        return grey.Empty() ? PictureQuality.Unknown : Measure(grey);
    }

    private static unsafe PictureQuality Measure(Mat picture)
    {
        var channels = picture.Channels();
        return picture.IsContinuous() && picture.Depth() == MatType.CV_8U && channels is 1 or 3
            ? PictureQuality.Measure(new(picture.DataPointer, picture.Width * picture.Height * channels), picture.Width, picture.Height, channels)
            : PictureQuality.Unknown;
    }
}

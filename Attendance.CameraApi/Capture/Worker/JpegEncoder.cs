using OpenCvSharp;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>Puts a picture of OpenCV's into a frame, as JPEG.</summary>
/// <param name="quality">1 to 100.</param>
/// <param name="maxPixels">See <see cref="CaptureOptions.MaxPixels"/>.</param>
internal sealed class JpegEncoder(int quality, int maxPixels)
{
    private readonly int[] _parameters = [(int)ImwriteFlags.JpegQuality, quality];
    private readonly PictureMeter _meter = new();

    public void Encode(Mat picture, FrameBuffer frame, bool isNew = true, FrameFlags flags = FrameFlags.None)
    {
        frame.Begin(picture.Width, picture.Height, isNew);
        Cv2.ImEncode(".jpg", picture, out var jpeg, _parameters);
        frame.Put(jpeg, _meter.IsDue(hasPixels: true) ? Measure(picture) : PictureQuality.Unknown, flags);
    }

    /// <summary>Of a picture that is passed through.</summary>
    public PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> jpeg)
    {
        if (!_meter.IsDue(hasPixels: false))
        {
            return PictureQuality.Unknown;
        }

        using var grey = TryDecode(jpeg, ImreadModes.Grayscale);
        return grey is null ? PictureQuality.Unknown : Measure(grey);
    }

    /// <summary>The one place where a worker decodes a JPEG.</summary>
    /// <returns>Null where it is no picture, or has too many pixels.</returns>
    public Mat? TryDecode(ReadOnlySpan<byte> jpeg, ImreadModes mode)
    {
        if (!MjpegBytes.IsDecodable(jpeg, maxPixels))
        {
            return null;
        }

        try
        {
            var picture = Cv2.ImDecode(jpeg, mode);
            if (!picture.Empty())
            {
                return picture;
            }

            picture.Dispose();
        }
        catch (OpenCVException)
        {
            // It needs more memory than there is, say.
        }

        return null;
    }

    private unsafe PictureQuality Measure(Mat picture)
    {
        var channels = picture.Channels();
        return picture.IsContinuous() && picture.Depth() == MatType.CV_8U && channels is (1 or 3)
            ? _meter.Measure(new(picture.DataPointer, picture.Width * picture.Height * channels), picture.Width, picture.Height, channels)
            : PictureQuality.Unknown;
    }
}

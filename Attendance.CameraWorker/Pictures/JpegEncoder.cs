using OpenCvSharp;

namespace Attendance.CameraWorker.Pictures;

/// <summary>Encodes an OpenCV picture as JPEG and puts it into a frame.</summary>
/// <param name="quality">The JPEG quality, 1 to 100.</param>
/// <param name="maxPixels">See <see cref="CaptureRequest.MaxPixels"/>.</param>
internal sealed class JpegEncoder(int quality, int maxPixels)
{
    private readonly int[] _parameters = [(int)ImwriteFlags.JpegQuality, quality];
    private readonly PictureMeter _meter = new();
    private byte[] _grey = [];

    public void Encode(Mat picture, FrameBuffer frame, bool isNew = true, FrameFlags flags = FrameFlags.None)
    {
        frame.Begin(picture.Width, picture.Height, isNew);
        Cv2.ImEncode(".jpg", picture, out var jpeg, _parameters);
        frame.Put(jpeg, _meter.IsDue(hasPixels: true) ? Measure(picture) : PictureQuality.Unknown, flags);
    }

    /// <summary>Measures a picture that is passed through, if a measurement is due.</summary>
    public PictureQuality MeasureNowAndThen(ReadOnlySpan<byte> jpeg)
    {
        if (!_meter.IsDue(hasPixels: false))
        {
            return PictureQuality.Unknown;
        }

        if (TurboJpeg.IsAvailable)
        {
            return GreyDecoder.TryDecode(jpeg, maxPixels, ref _grey) is { } size
                ? _meter.Measure(_grey.AsSpan(0, size.Width * size.Height), size.Width, size.Height, channels: 1)
                : PictureQuality.Unknown;
        }

        using var grey = TryDecode(jpeg, ImreadModes.Grayscale);
        return grey is null ? PictureQuality.Unknown : Measure(grey);
    }

    /// <summary>Decodes a JPEG by OpenCV.</summary>
    /// <returns>The picture, or null if the bytes are not a picture or it has too many pixels.</returns>
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
            // For example, the picture needs more memory than there is.
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

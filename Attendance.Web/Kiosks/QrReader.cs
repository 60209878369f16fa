using OpenCvSharp;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;

namespace Attendance.Web.Kiosks;

/// <summary>Reads QR codes in frames of a camera.</summary>
internal static class QrReader
{
    private static readonly Dictionary<DecodeHintType, object> s_hints = new() { [DecodeHintType.TRY_HARDER] = true };

    /// <param name="picture">A picture in BGR or grey.</param>
    /// <returns>The text, or null if the frame shows no QR code that can be read.</returns>
    public static string? Read(Mat picture)
    {
        using var grey = new Mat();
        if (picture.Channels() == 1)
        {
            picture.CopyTo(grey);
        }
        else
        {
            Cv2.CvtColor(picture, grey, ColorConversionCodes.BGR2GRAY);
        }

        grey.GetArray(out byte[] pixels);
        var source = new RGBLuminanceSource(pixels, grey.Width, grey.Height, RGBLuminanceSource.BitmapFormat.Gray8);
        try
        {
            return Decode(new HybridBinarizer(source)) ?? Decode(new GlobalHistogramBinarizer(source)); // even light is easier to tell by one threshold
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentException or InvalidOperationException)
        {
            return null; // what looked like a code was none
        }
    }

    private static string? Decode(Binarizer binarizer) =>
        new QRCodeReader().decode(new BinaryBitmap(binarizer), s_hints)?.Text is { Length: > 0 } text ? text : null;
}

using OpenCvSharp;
using QRCoder;

namespace Attendance.Tests.Subjects;

/// <summary>A QR code that somebody holds before a camera.</summary>
internal static class HeldCode
{
    private static readonly double[] s_angles = [4, 1, -3, 7];

    /// <summary>Returns frames of it, each at another angle, slightly blurred, in front of a grey wall.</summary>
    public static IReadOnlyList<byte[]> Frames(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);
        using var code = Cv2.ImDecode(png.GetGraphic(4), ImreadModes.Color);
        using var frame = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        using (var middle = new Mat(frame, new Rect(170, 90, 300, 300)))
        {
            Cv2.Resize(code, middle, middle.Size(), 0, 0, InterpolationFlags.Area);
        }

        return [.. s_angles.Select(angle => Turned(frame, angle))];
    }

    private static byte[] Turned(Mat frame, double angle)
    {
        using var turn = Cv2.GetRotationMatrix2D(new Point2f(320, 240), angle, 1);
        using var turned = new Mat();
        Cv2.WarpAffine(frame, turned, turn, frame.Size(), InterpolationFlags.Linear, BorderTypes.Constant, Scalar.All(128));
        Cv2.GaussianBlur(turned, turned, new Size(3, 3), 0);
        return turned.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 85));
    }
}

using Attendance.Web.Kiosks;
using OpenCvSharp;
using QRCoder;
using Xunit;

namespace Attendance.Tests.Kiosks;

/// <summary>Tests the reading of QR codes as people hold them before a camera.</summary>
public sealed class QrReaderTests
{
    private const int Codes = 60, FramesEach = 3, Seed = 20261130;

    /// <summary>Each code looks otherwise, as long as ours are, and none may be one that is never read.</summary>
    [Fact]
    public void Codes_are_read_however_they_are_held()
    {
        var random = new Random(Seed);
        using var opencv = new QRCodeDetector();
        var (codes, frames, framesByOpenCv) = (0, 0, 0);
        for (var i = 0; i < Codes; i++)
        {
            var text = Convert.ToBase64String(Bytes(random)).Replace('+', '-').Replace('/', '_');
            var read = 0;
            for (var j = 0; j < FramesEach; j++)
            {
                using var frame = Frame(text, (random.NextDouble() * 30) - 15, random.Next(240, 420));
                read += QrReader.Read(frame) == text ? 1 : 0;
                framesByOpenCv += opencv.DetectAndDecode(frame, out _) == text ? 1 : 0;
            }

            codes += read > 0 ? 1 : 0;
            frames += read;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Read: {codes} of {Codes} codes, {frames} of {Codes * FramesEach} frames; by OpenCV's detector, {framesByOpenCv} frames.");
        Assert.Equal(Codes, codes);
        Assert.True(frames >= Codes * FramesEach * 0.95, $"Only {frames} frames are read.");
    }

    [Fact]
    public void A_frame_without_a_code_has_none()
    {
        using var wall = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        using var noise = new Mat(480, 640, MatType.CV_8UC1);
        Cv2.Randu(noise, Scalar.All(0), Scalar.All(255));

        Assert.Null(QrReader.Read(wall));
        Assert.Null(QrReader.Read(noise));
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[96];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Turned, on a grey wall, and not quite sharp.</summary>
    private static Mat Frame(string text, double angle, int side)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);
        using var code = Cv2.ImDecode(png.GetGraphic(4), ImreadModes.Color);
        using var frame = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        using (var middle = new Mat(frame, new Rect((640 - side) / 2, (480 - side) / 2, side, side)))
        {
            Cv2.Resize(code, middle, middle.Size(), 0, 0, InterpolationFlags.Area);
        }

        using var turn = Cv2.GetRotationMatrix2D(new Point2f(320, 240), angle, 1);
        var turned = new Mat();
        Cv2.WarpAffine(frame, turned, turn, frame.Size(), InterpolationFlags.Linear, BorderTypes.Constant, Scalar.All(128));
        Cv2.GaussianBlur(turned, turned, new Size(3, 3), 0);
        return turned;
    }
}

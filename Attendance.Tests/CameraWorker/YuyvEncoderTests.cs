using Attendance.CameraWorker.Pictures;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class YuyvEncoderTests
{
    [Theory]
    [InlineData(640, 480)]
    [InlineData(654, 367)] // no whole number of vectors, nor of JPEG's blocks
    [InlineData(2, 1)]
    public void The_picture_is_the_one_that_OpenCV_shows(int width, int height)
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg.so.0 is not installed (Debian: apt-get install libturbojpeg0).");
        using var expected = new Mat();
        using var yuyv = Mat.FromPixelData(height, width, MatType.CV_8UC2, Scene(width, height));
        Cv2.CvtColor(yuyv, expected, ColorConversionCodes.YUV2BGR_YUY2);
        using var encoder = new YuyvEncoder(width, height, 95);
        var frame = new FrameBuffer();

        encoder.Encode(Scene(width, height), frame);
        frame.Finish(last: 0);

        var payload = frame.Record.Span[CaptureProtocol.RecordHeaderLength..];
        var header = FrameHeader.Read(payload);
        using var picture = Cv2.ImDecode(payload[FrameHeader.Length..], ImreadModes.Color);
        Assert.Equal((width, height), (picture.Width, picture.Height));
        Assert.Equal((width, height), (header.Width, header.Height));
        using var difference = new Mat();
        Cv2.Absdiff(expected, picture, difference);
        var mean = Cv2.Mean(difference);
        Assert.True(mean.Val0 < 3 && mean.Val1 < 3 && mean.Val2 < 3, $"blue, green and red are off by {mean}");
    }

    [Theory]
    [InlineData(640, 480)]
    [InlineData(654, 366)]
    [InlineData(655, 367)] // without its last column and row
    public void Decoded_video_is_the_picture_that_OpenCV_shows(int width, int height)
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg.so.0 is not installed (Debian: apt-get install libturbojpeg0).");
        var (evenWidth, evenHeight) = (width & ~1, height & ~1);
        using var yuyv = Mat.FromPixelData(evenHeight, evenWidth, MatType.CV_8UC2, Scene(evenWidth, evenHeight));
        using var scene = new Mat();
        Cv2.CvtColor(yuyv, scene, ColorConversionCodes.YUV2BGR_YUY2);
        using var even = new Mat();
        Cv2.CvtColor(scene, even, ColorConversionCodes.BGR2YUV_I420);
        using var expected = new Mat();
        Cv2.CvtColor(even, expected, ColorConversionCodes.YUV2BGR_I420);
        even.GetArray(out byte[] planes);
        using var encoder = new I420Encoder(width, height, 95);
        var frame = new FrameBuffer();

        encoder.Encode(Padded(planes, evenWidth, evenHeight, width, height), frame);
        frame.Finish(last: 0);

        var payload = frame.Record.Span[CaptureProtocol.RecordHeaderLength..];
        using var picture = Cv2.ImDecode(payload[FrameHeader.Length..], ImreadModes.Color);
        Assert.Equal((evenWidth, evenHeight), (picture.Width, picture.Height));
        using var difference = new Mat();
        Cv2.Absdiff(expected, picture, difference);
        var mean = Cv2.Mean(difference);
        Assert.True(mean.Val0 < 3 && mean.Val1 < 3 && mean.Val2 < 3, $"blue, green and red are off by {mean}");
        Assert.Throws<ArgumentException>(() => encoder.Encode(new byte[3], new FrameBuffer()));
    }

    [Fact]
    public void What_is_measured_is_what_is_shown()
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg.so.0 is not installed (Debian: apt-get install libturbojpeg0).");
        using var encoder = new YuyvEncoder(64, 64, 85);
        var (first, second) = (new FrameBuffer(), new FrameBuffer());

        encoder.Encode(Plain(64, 64, brightness: 16 + 219 / 2), first);
        encoder.Encode(Plain(64, 64, brightness: 16 + 219 / 2), second);

        first.Finish(last: 0);
        second.Finish(last: 1);
        Assert.Equal(127, Header(first).Brightness, 1f);
        Assert.True(float.IsNaN(Header(second).Brightness), "The second follows at once: it is not measured again.");
    }

    [Theory]
    [InlineData(64, 6)]
    [InlineData(38, 5)] // vectors and what is left of a row, and a last row by itself
    [InlineData(2, 1)]
    public void Every_byte_is_spread_from_televisions_range_to_that_of_JPEG(int width, int height)
    {
        var yuyv = new byte[width * height * YuvPlanes.BytesPerPixel];
        new Random(11).NextBytes(yuyv);
        var planes = new YuvPlanes(width, height);

        planes.Fill(yuyv);

        for (var y = 0; y < height; y++)
        {
            var below = Math.Min(y + 1, height - 1);
            for (var x = 0; x < width; x++)
            {
                Near((yuyv[2 * (y * width + x)] - 16) * 255 / 219.0, planes.Y[y * width + x]);
                if (x % 2 == 0 && y % 2 == 0)
                {
                    Near(Colour(1), planes.U[y / 2 * (width / 2) + x / 2]);
                    Near(Colour(3), planes.V[y / 2 * (width / 2) + x / 2]);
                }

                double Colour(int at) => (At(y, at) + At(below, at) - 256) / 2.0 * 255 / 224 + 128;
                int At(int row, int at) => yuyv[2 * (row * width + x) + at];
            }
        }

        static void Near(double expected, byte actual) => Assert.InRange(actual - Math.Clamp(expected, 0, 255), -1, 1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Bytes_of_another_number_of_pixels_are_refused(int more)
    {
        var planes = new YuvPlanes(64, 48);

        var refused = Assert.Throws<ArgumentException>(() => planes.Fill(new byte[64 * 48 * 2 + more]));

        Assert.Contains("6144 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, 48)]
    [InlineData(0, 48)]
    [InlineData(64, 0)]
    public void A_size_that_YUYV_cannot_have_is_refused(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new YuvPlanes(width, height));

    [Fact]
    public void An_encoder_takes_pictures_of_its_own_size_only()
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg.so.0 is not installed (Debian: apt-get install libturbojpeg0).");
        using var encoder = new TurboJpeg(64, 48, 85);

        Assert.Throws<ArgumentException>(() => encoder.Encode(new YuvPlanes(48, 64)).Length);
    }

    /// <summary>The planes of a picture of I420 in a larger one.</summary>
    private static byte[] Padded(byte[] planes, int fromWidth, int fromHeight, int width, int height)
    {
        var padded = new List<byte>();
        var at = 0;
        foreach (var (w, h, toW, toH) in new[]
        {
            (fromWidth, fromHeight, width, height), (fromWidth / 2, fromHeight / 2, (width + 1) / 2, (height + 1) / 2),
            (fromWidth / 2, fromHeight / 2, (width + 1) / 2, (height + 1) / 2),
        })
        {
            for (var y = 0; y < toH; y++)
            {
                padded.AddRange(y < h ? planes.AsSpan(at + y * w, w) : new byte[w]);
                padded.AddRange(new byte[toW - w]);
            }

            at += w * h;
        }

        return [.. padded];
    }

    private static FrameHeader Header(FrameBuffer frame) => FrameHeader.Read(frame.Record.Span[CaptureProtocol.RecordHeaderLength..]);

    /// <summary>Slopes of brightness and of colour, each within what a television shows.</summary>
    private static byte[] Scene(int width, int height)
    {
        var yuyv = new byte[width * height * YuvPlanes.BytesPerPixel];
        for (var at = 0; at < yuyv.Length; at += 2)
        {
            var (x, y) = (at / 2 % width, at / 2 / width);
            yuyv[at] = (byte)(60 + 120 * x / width);
            yuyv[at + 1] = (byte)(x % 2 == 0 ? 100 + 50 * y / height : 150 - 50 * x / width);
        }

        return yuyv;
    }

    private static byte[] Plain(int width, int height, int brightness)
    {
        var yuyv = new byte[width * height * YuvPlanes.BytesPerPixel];
        for (var at = 0; at < yuyv.Length; at += 2)
        {
            (yuyv[at], yuyv[at + 1]) = ((byte)brightness, 128);
        }

        return yuyv;
    }
}

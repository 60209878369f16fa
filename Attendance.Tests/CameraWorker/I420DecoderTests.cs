using System.Buffers.Binary;
using Attendance.CameraWorker.Pictures;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class I420DecoderTests
{
    private const int Sampling444 = 0x111111, Sampling422 = 0x211111, Sampling420 = 0x221111, Sampling440 = 0x121111, Sampling411 = 0x411111;

    [Theory]
    [InlineData(64, 48, Sampling444)]
    [InlineData(64, 48, Sampling422)]
    [InlineData(64, 48, Sampling420)]
    [InlineData(64, 48, Sampling440)]
    [InlineData(64, 48, Sampling411)]
    [InlineData(321, 241, Sampling444)]
    [InlineData(321, 241, Sampling422)]
    [InlineData(321, 241, Sampling420)]
    public void The_planes_are_those_of_the_picture_in_the_range_of_television(int width, int height, int sampling)
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg is not installed (Debian: libturbojpeg0).");
        using var picture = new Mat(height, width, MatType.CV_8UC3, new Scalar(255, 255, 255));
        picture[new Rect(0, 0, width / 2, height)].SetTo(new Scalar(0, 0, 255)); // red
        Cv2.ImEncode(".jpg", picture, out var jpeg, new ImageEncodingParam(ImwriteFlags.JpegQuality, 95), new ImageEncodingParam((ImwriteFlags)7, sampling));
        using var decoder = new I420Decoder(CaptureProtocol.DefaultMaxPixels);

        var decoded = decoder.Decode(jpeg);

        var (w, h) = (width & ~1, height & ~1);
        Assert.Equal((w, h, w * h * 3 / 2), (Number(decoded, 0), Number(decoded, 4), Number(decoded, 8)));
        Assert.Equal(PictureHead.Length + w * h * 3 / 2, decoded.Length);
        var y = decoded[PictureHead.Length..];
        var u = y[(w * h)..];
        var v = y[(w * h * 5 / 4)..];
        var (middle, colours) = (w * (h / 2), w / 2 * (h / 4));
        Near([82, 90, 240], [y[middle + w / 4], u[colours + w / 8], v[colours + w / 8]]); // BT.601: red
        Near([235, 128, 128], [y[middle + w * 3 / 4], u[colours + w * 3 / 8], v[colours + w * 3 / 8]]); // white
    }

    [Fact]
    public void A_grey_picture_has_no_colour()
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg is not installed (Debian: libturbojpeg0).");
        using var picture = new Mat(48, 64, MatType.CV_8UC1, new Scalar(0));
        Cv2.ImEncode(".jpg", picture, out var jpeg);
        using var decoder = new I420Decoder(CaptureProtocol.DefaultMaxPixels);

        var decoded = decoder.Decode(jpeg)[PictureHead.Length..];

        Assert.Equal(16, decoded[0]);
        Assert.All(decoded[(64 * 48)..].ToArray(), colour => Assert.Equal(128, colour));
    }

    [Theory]
    [InlineData(1280, 960, 1280, 960)]
    [InlineData(1920, 1080, 960, 540)]
    [InlineData(3840, 2160, 960, 540)]
    public void A_large_picture_is_halved_until_it_can_be_encoded_live(int width, int height, int shownWidth, int shownHeight)
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg is not installed (Debian: libturbojpeg0).");
        using var picture = new Mat(height, width, MatType.CV_8UC3, new Scalar(90, 90, 90));
        Cv2.ImEncode(".jpg", picture, out var jpeg);
        using var decoder = new I420Decoder(CaptureProtocol.DefaultMaxPixels);

        var decoded = decoder.Decode(jpeg);

        Assert.Equal((shownWidth, shownHeight), (Number(decoded, 0), Number(decoded, 4)));
    }

    [Fact]
    public void A_picture_that_is_turned_has_its_own_size()
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg is not installed (Debian: libturbojpeg0).");
        using var decoder = new I420Decoder(CaptureProtocol.DefaultMaxPixels);
        foreach (var (width, height) in ((int, int)[])[(64, 48), (48, 64)])
        {
            using var picture = new Mat(height, width, MatType.CV_8UC3, new Scalar(90, 90, 90));
            Cv2.ImEncode(".jpg", picture, out var jpeg);

            var decoded = decoder.Decode(jpeg);

            Assert.Equal((width, height), (Number(decoded, 0), Number(decoded, 4)));
        }
    }

    [Fact]
    public void What_is_damaged_or_too_large_is_left_out_and_the_next_picture_is_good()
    {
        Assert.SkipUnless(TurboJpeg.IsAvailable, "libturbojpeg is not installed (Debian: libturbojpeg0).");
        using var picture = new Mat(48, 64, MatType.CV_8UC3, new Scalar(90, 90, 90));
        Cv2.ImEncode(".jpg", picture, out var jpeg);
        using var large = new Mat(480, 640, MatType.CV_8UC3, new Scalar(90, 90, 90));
        Cv2.ImEncode(".jpg", large, out var tooLarge);
        using var decoder = new I420Decoder(maxPixels: 64 * 48);

        Assert.True(decoder.Decode([]).IsEmpty);
        Assert.True(decoder.Decode([0xFF, 0xD8, 0xFF, 0xD9]).IsEmpty);
        Assert.True(decoder.Decode(jpeg.AsSpan(0, 100)).IsEmpty);
        Assert.True(decoder.Decode(tooLarge).IsEmpty);
        Assert.False(decoder.Decode(jpeg).IsEmpty);
    }

    private static int Number(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadInt32LittleEndian(head[at..]);

    private static void Near(int[] expected, int[] actual) =>
        Assert.True(expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max() <= 3, $"{string.Join(", ", actual)} is not {string.Join(", ", expected)}.");
}

using Attendance.Web.Faces.Finding;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class JpegStructureTests
{
    private static readonly byte[] s_start = [0xFF, 0xD8];
    private static readonly byte[] s_end = [0xFF, 0xD9];
    private static readonly byte[] s_frame = Frame(0xC2, 64, 64);
    private static readonly byte[] s_scan = [0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pictures_of_cameras_and_browsers_may_be_decoded(bool progressive)
    {
        using var picture = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(90));

        Assert.Null(JpegStructure.Check(picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegProgressive, progressive ? 1 : 0))));
    }

    [Fact]
    public void A_truncated_picture_may_not_be_decoded()
    {
        using var picture = new Mat(64, 64, MatType.CV_8UC3);
        Cv2.Randu(picture, Scalar.Black, Scalar.White);
        var jpeg = picture.ImEncode(".jpg");

        Assert.All(Enumerable.Range(2, jpeg.Length - 2), length => Assert.Equal(PictureFault.Truncated, JpegStructure.Check(jpeg.AsSpan(0, length))));
        Assert.Equal(PictureFault.NotJpeg, JpegStructure.Check(jpeg.AsSpan(0, 1)));
    }

    [Fact]
    public void A_picture_may_have_as_many_passes_as_are_in_use()
    {
        Assert.Null(Check([s_start, s_frame, .. Enumerable.Repeat(s_scan, 20), s_end]));
        Assert.Equal(PictureFault.NotJpeg, Check([s_start, s_frame, .. Enumerable.Repeat(s_scan, 21), s_end]));
    }

    [Fact]
    public void Fill_before_a_marker_and_bytes_after_the_end_are_no_matter() =>
        Assert.Null(Check([s_start, [0xFF, 0xFF], s_frame, s_scan, [0xFF], s_end, [1, 2, 3]]));

    [Fact]
    public void A_structure_that_no_camera_makes_is_not_decoded()
    {
        byte[][] none = [s_start, s_end];
        byte[][] noFrame = [s_start, s_scan, s_end];
        byte[][] noScan = [s_start, s_frame, s_end];
        byte[][] twoFrames = [s_start, s_frame, s_frame, s_scan, s_end];
        byte[][] arithmetic = [s_start, Frame(0xC9, 64, 64), s_scan, s_end];
        byte[][] lossless = [s_start, Frame(0xC3, 64, 64), s_scan, s_end];
        byte[][] fourColours = [s_start, Frame(0xC0, 64, 64, components: 4), s_scan, s_end];
        byte[][] noWidth = [s_start, Frame(0xC0, 0, 64), s_scan, s_end];
        byte[][] noHeight = [s_start, Frame(0xC0, 64, 0), s_scan, s_end];
        byte[][] gap = [s_start, [0], s_frame, s_scan, s_end];
        byte[][] noLength = [s_start, [0xFF, 0xE0, 0, 1], s_frame, s_scan, s_end];
        byte[][] restartOutside = [s_start, [0xFF, 0xD0, 0, 2], s_frame, s_scan, s_end];

        Assert.All(
            [none, noFrame, noScan, twoFrames, arithmetic, lossless, fourColours, noWidth, noHeight, gap, noLength, restartOutside],
            parts => Assert.Equal(PictureFault.NotJpeg, Check(parts)));
    }

    [Theory]
    [InlineData(4096, 4096, null)]
    [InlineData(4097, 1, nameof(PictureFault.TooLarge))]
    [InlineData(1, 4097, nameof(PictureFault.TooLarge))]
    public void The_width_and_height_of_a_picture_are_limited(int width, int height, string? fault) =>
        Assert.Equal(fault, Check([s_start, Frame(0xC0, width, height), s_scan, s_end])?.ToString());

    private static PictureFault? Check(byte[][] parts) => JpegStructure.Check(parts.SelectMany(part => part).ToArray());

    private static byte[] Frame(byte marker, int width, int height, int components = 3) =>
    [
        0xFF, marker, 0, (byte)(8 + 3 * components), 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, (byte)components,
        .. Enumerable.Range(1, components).SelectMany(id => new byte[] { (byte)id, 0x11, 0 }),
    ];
}

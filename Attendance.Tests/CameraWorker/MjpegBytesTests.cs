using Attendance.CameraWorker.Pictures;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class MjpegBytesTests
{
    private static readonly byte[] s_jpeg = Encode();

    [Fact]
    public void A_whole_picture_is_passed_on() => Assert.Equal(s_jpeg.Length, MjpegBytes.CompleteLength(s_jpeg));

    [Fact]
    public void Bytes_that_a_driver_pads_behind_a_picture_are_not_passed_on() => Assert.Equal(s_jpeg.Length, MjpegBytes.CompleteLength([.. s_jpeg, .. new byte[500]]));

    [Fact]
    public void A_picture_without_its_end_is_refused() => Assert.Equal(0, MjpegBytes.CompleteLength(s_jpeg.AsSpan(0, s_jpeg.Length - 2)));

    [Fact]
    public void A_picture_without_Huffman_tables_is_refused()
    {
        // An application segment in place of each table: the same lengths, and no tables.
        var bare = (byte[])s_jpeg.Clone();
        for (var i = 0; i + 1 < bare.Length; i++)
        {
            if (bare[i] == 0xFF && bare[i + 1] == 0xC4)
            {
                bare[i + 1] = 0xE5;
            }
        }

        Assert.Equal(0, MjpegBytes.CompleteLength(bare));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 })]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 1, 2 })]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xE0, 0, 0 })]
    public void Noise_is_refused(byte[] bytes) => Assert.Equal(0, MjpegBytes.CompleteLength(bytes));

    private static byte[] Encode()
    {
        using var picture = new Mat(48, 64, MatType.CV_8UC3, Scalar.All(99));
        return picture.ImEncode(".jpg");
    }
}

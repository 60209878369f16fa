using Attendance.CameraWorker.Network;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

public sealed class FfmpegCommandTests
{
    private static readonly FfmpegVersion s_new = new("7.1", 59, 39), s_old = new("4.4", 56, 70);

    [Theory]
    [InlineData("http", false, "-protocol_whitelist http,httpproxy,tcp", "-format_whitelist mjpeg,")]
    [InlineData("rtsp", false, "-protocol_whitelist tcp", "-rtsp_transport tcp")]
    [InlineData("rtsp", true, "-protocol_whitelist tcp,udp,rtp", "-rtsp_flags prefer_tcp")]
    [InlineData("rtsp", true, "-format_whitelist rtsp", "-allowed_media_types video")]
    public void The_protocols_that_ffmpeg_may_open_depend_on_the_scheme(string scheme, bool isUdpAllowed, params string[] expected)
    {
        var arguments = Text(scheme, s_new, isUdpAllowed);

        Assert.All(expected, part => Assert.Contains(part, arguments, StringComparison.Ordinal));
        Assert.DoesNotContain("file", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain("concat", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain("nobuffer", arguments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(56, 24, "-vsync passthrough")]
    [InlineData(56, 70, "-vsync passthrough")]
    [InlineData(57, 17, "-vsync passthrough")]
    [InlineData(57, 28, "-fps_mode passthrough")]
    [InlineData(58, 2, "-fps_mode passthrough")]
    [InlineData(60, 0, "-fps_mode passthrough")]
    public void No_version_fills_a_jump_of_the_clock_with_copies(int major, int minor, string expected)
    {
        Assert.Contains(expected, Text("rtsp", new("x", major, minor), true), StringComparison.Ordinal);
        Assert.Contains(expected, Text("http", new("x", major, minor), false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "-q:v 2 ")]
    [InlineData(85, "-q:v 6 ")]
    [InlineData(1, "-q:v 30 ")]
    public void A_quality_is_told_on_the_scale_of_ffmpeg(int quality, string expected) =>
        Assert.Contains(expected, string.Join(' ', FfmpegCommand.Arguments("http", "x", s_old, quality, 1000, false)), StringComparison.Ordinal);

    [Fact]
    public void The_limit_of_pixels_is_told() =>
        Assert.Contains("-max_pixels 1234 ", string.Join(' ', FfmpegCommand.Arguments("http", "x", s_old, 80, 1234, false)), StringComparison.Ordinal);

    [Theory]
    [InlineData("ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright\nbuilt\nlibavutil      56. 70.100 / 56. 70.100\n", "4.4.2-0ubuntu0.22.04.1", true)]
    [InlineData("ffmpeg version 5.1.9-0+deb12u1 Copyright\nlibavutil      57. 28.100 / 57. 28.100\n", "5.1.9-0+deb12u1", true)]
    [InlineData("ffmpeg version N-47683-g0e8eb07980-static\nlibavutil      56. 24.101 / 56. 24.101\n", "N-47683-g0e8eb07980-static", true)]
    [InlineData("ffmpeg version 3.4.11\nlibavutil      55. 78.100 / 55. 78.100\n", "3.4.11", false)]
    public void A_version_is_known_by_its_library(string text, string name, bool isSufficient)
    {
        var version = FfmpegVersion.Parse(text);

        Assert.Equal((name, isSufficient), (version!.Name, version.IsSufficient));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sh: ffmpeg: not found")]
    public void A_text_that_is_no_ffmpeg_version_is_rejected(string text) => Assert.Null(FfmpegVersion.Parse(text));

    private static string Text(string scheme, FfmpegVersion version, bool isUdpAllowed) =>
        string.Join(' ', FfmpegCommand.Arguments(scheme, "address", version, 80, 1_000_000, isUdpAllowed));
}

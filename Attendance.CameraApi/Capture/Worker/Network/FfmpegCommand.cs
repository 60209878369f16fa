using System.Globalization;

namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>
/// All that <c>ffmpeg</c> is told, by the source's scheme and by its own version. No address of a camera and no secret is among it: a command
/// line is for everybody to read, and what ffmpeg reads comes through a relay in the worker.
/// </summary>
internal static class FfmpegCommand
{
    /// <summary>What a camera or a server sends over HTTP. Nothing that opens further files or addresses, but for HLS, whose pieces come through the relay.</summary>
    private const string HttpFormats = "mjpeg,jpeg_pipe,mpjpeg,mpegts,mp4,matroska,webm,flv,avi,hls,h264,hevc,m4v,mpegvideo,mpeg,ogg,asf,ivf,obu,av1,gif,image2pipe,png_pipe,webp_pipe,bmp_pipe";

    /// <param name="scheme">Of the relay's address: <c>http</c> or <c>rtsp</c>.</param>
    /// <param name="input">The relay's address, which holds no secret.</param>
    /// <param name="isUdpAllowed">Whether pictures may come by UDP, where the camera does not send them over the connection.</param>
    public static IReadOnlyList<string> Arguments(string scheme, string input, FfmpegVersion version, int jpegQuality, int maxPixels, bool isUdpAllowed) =>
    [
        "-nostdin", "-nostats", "-v", "quiet",
        .. scheme == "rtsp" ? Rtsp(isUdpAllowed) : Http,
        "-max_pixels", Text(maxPixels),
        "-thread_type", "slice", // threads that each take a picture hold back one picture each
        "-i", input,
        "-an", "-sn", "-dn",
        version.KnowsFpsMode ? "-fps_mode" : "-vsync", "passthrough", // a jump of the camera's clock is not filled with copies
        "-c:v", "mjpeg", "-threads", "1", "-huffman", "default", "-q:v", Scale(jpegQuality),
        "-f", "mpjpeg", "-flush_packets", "1", "pipe:1",
    ];

    /// <summary>The first packet says enough: the sizes and the codec come with the description or with the first key frame.</summary>
    private static IReadOnlyList<string> Rtsp(bool isUdpAllowed) =>
    [
        "-protocol_whitelist", isUdpAllowed ? "tcp,udp,rtp" : "tcp", "-format_whitelist", "rtsp", "-f", "rtsp",
        "-probesize", "32", "-fpsprobesize", "0", "-allowed_media_types", "video",
        .. isUdpAllowed ? (string[])["-rtsp_flags", "prefer_tcp"] : ["-rtsp_transport", "tcp"],
    ];

    private static IReadOnlyList<string> Http =>
    [
        "-protocol_whitelist", "http,httpproxy,tcp", "-format_whitelist", HttpFormats,
        "-analyzeduration", "500000", "-fpsprobesize", "0",
    ];

    /// <summary>ffmpeg counts from 2, the best, to 31; a JPEG quality counts up to 100.</summary>
    private static string Scale(int quality) => Text(Math.Clamp(2 + (100 - quality) * 29 / 100, 2, 31));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// The command line of <c>ffmpeg</c>, which depends on the source's scheme and on ffmpeg's version. It contains no secret and no address of a
/// camera, because every user of the machine can read a command line. ffmpeg reads its input from a relay in the worker.
/// </summary>
internal static class FfmpegCommand
{
    /// <summary>
    /// The formats that a camera or a server may send over HTTP. None of them opens further files or addresses, except HLS, whose pieces come
    /// through the relay.
    /// </summary>
    private const string HttpFormats = "mjpeg,jpeg_pipe,mpjpeg,mpegts,mp4,matroska,webm,flv,avi,hls,h264,hevc,m4v,mpegvideo,mpeg,ogg,asf,ivf,obu,av1,gif,image2pipe,png_pipe,webp_pipe,bmp_pipe";

    /// <param name="scheme">The scheme of the relay's address: <c>http</c> or <c>rtsp</c>.</param>
    /// <param name="input">The relay's address, which holds no secret.</param>
    /// <param name="isUdpAllowed">Whether pictures may come by UDP if the camera does not send them over the connection.</param>
    public static IReadOnlyList<string> Arguments(string scheme, string input, FfmpegVersion version, int jpegQuality, int maxPixels, bool isUdpAllowed) =>
    [
        "-nostdin", "-nostats", "-v", "quiet",
        .. scheme == "rtsp" ? Rtsp(isUdpAllowed) : Http,
        "-max_pixels", Text(maxPixels),
        "-thread_type", "slice", // with frame threads, each thread would hold back one picture
        "-i", input,
        "-an", "-sn", "-dn",
        version.KnowsFpsMode ? "-fps_mode" : "-vsync", "passthrough", // so that a jump of the camera's clock is not filled with copies
        "-c:v", "mjpeg", "-threads", "1", "-huffman", "default", "-q:v", Scale(jpegQuality),
        "-f", "mpjpeg", "-flush_packets", "1", "pipe:1",
    ];

    /// <summary>
    /// The arguments for RTSP. ffmpeg probes as little as possible, because the codec and the size come with the description or with the first
    /// key frame.
    /// </summary>
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

    /// <summary>Converts a JPEG quality, of which 100 is the best, to ffmpeg's scale from 2, the best, to 31.</summary>
    private static string Scale(int quality) => Text(Math.Clamp(2 + (100 - quality) * 29 / 100, 2, 31));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

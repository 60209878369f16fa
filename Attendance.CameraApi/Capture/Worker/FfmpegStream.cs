using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Attendance.CameraApi.Capture.Worker;

/// <summary>
/// The program <c>ffmpeg</c> between the camera and us. It learns the address on its standard input: a command line is
/// for everybody to read. It ends with us; only if we are killed, at its next write or at the latest after its read time-out.
/// </summary>
internal sealed class FfmpegStream(Process process) : INetworkStream
{
    public Stream Content => process.StandardOutput.BaseStream;

    public string Backend => "ffmpeg";

    public bool IsDevicesOwn => false;

    /// <exception cref="CaptureException">The program is not installed.</exception>
    public static FfmpegStream Open(CaptureRequest request, Uri address)
    {
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-v", "quiet", "-nostats", "-fflags", "nobuffer", "-f", "concat", "-safe", "0",
            "-protocol_whitelist", "pipe,rtsp,rtsps,rtp,rtcp,http,https,tcp,udp,tls,crypto", "-i", "pipe:0",
            "-an", "-c:v", "mjpeg", "-huffman", "default", "-q:v", Scale(request.JpegQuality), "-f", "mjpeg", "-flush_packets", "1", "pipe:1",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = NativeProcess.Child = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { }; // quiet as it is, it must never be kept waiting; nor is it repeated
            process.BeginErrorReadLine();
            process.StandardInput.Write(Script(request, address));
            process.StandardInput.Close();
            return new FfmpegStream(process);
        }
        catch (Win32Exception)
        {
            throw new CaptureException(CaptureFailureCode.CaptureUnsupported, $"Camera '{request.CameraId}': a stream of this kind is read by the program ffmpeg, which is not installed. On Debian and Ubuntu install ffmpeg.");
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    internal static string Script(CaptureRequest request, Uri address)
    {
        // AbsoluteUri escapes quotes and line ends no more than it must, so the quote that would end the text is escaped here.
        var quoted = address.AbsoluteUri.Replace("'", "%27", StringComparison.Ordinal);
        var microseconds = (long)request.ReadTimeout.TotalMicroseconds;
        var transport = address.Scheme is "rtsp" or "rtsps"
            ? string.Create(CultureInfo.InvariantCulture, $"option rtsp_transport tcp\noption timeout {microseconds}\n")
            : string.Create(CultureInfo.InvariantCulture, $"option rw_timeout {microseconds}\n");
        return $"ffconcat version 1.0\nfile '{quoted}'\n{transport}";
    }

    /// <summary>ffmpeg counts from 2, the best, to 31; a JPEG quality counts up to 100.</summary>
    private static string Scale(int quality) =>
        Math.Clamp(2 + (100 - quality) * 29 / 100, 2, 31).ToString(CultureInfo.InvariantCulture);
}

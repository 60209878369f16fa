using System.ComponentModel;
using System.Diagnostics;
using Attendance.CameraWorker.Host;
using Attendance.CameraWorker.Sources;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// The program <c>ffmpeg</c>, which makes JPEGs from the input that a relay gives it. It ends when this worker ends. If the worker is killed,
/// ffmpeg ends because its relay is gone.
/// </summary>
internal sealed class FfmpegStream(Process process, IFfmpegInput relay) : INetworkStream
{
    private const string Program = "ffmpeg";

    public Stream Content => process.StandardOutput.BaseStream;

    public string? Boundary => "ffmpeg";

    public string Backend => "ffmpeg";

    public bool IsDevicesOwn => false;

    public string? WhyNoPicture => relay.WhyNoPicture;

    /// <exception cref="CaptureException">The program is not installed, does not run, or is too old.</exception>
    public static async Task<FfmpegStream> OpenAsync(CaptureRequest request, IFfmpegInput relay, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(request, cancellationToken);
        var arguments = FfmpegCommand.Arguments(relay.Scheme, relay.Input, version, request.JpegQuality, request.MaxPixels, relay.IsUdpAllowed);
        var process = Start(request, arguments, relay.Environment);
        NativeProcess.Child = process;
        process.ErrorDataReceived += (_, _) => { }; // the text is discarded, because it may hold an address
        process.BeginErrorReadLine();
        relay.ServeOnly(process.Id);
        return new FfmpegStream(process, relay);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
        relay.Dispose();
    }

    private static async Task<FfmpegVersion> VersionAsync(CaptureRequest request, CancellationToken cancellationToken)
    {
        using var process = Start(request, ["-version"], new Dictionary<string, string>());
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var version = FfmpegVersion.Parse(await process.StandardOutput.ReadToEndAsync(cancellationToken));
        return version switch
        {
            { IsSufficient: true } => version,
            null => throw Unsupported(request, $"the program {Program} is installed but does not run; 'ffmpeg -version' tells more"),
            _ => throw Unsupported(request, $"the program {Program} is too old: it is version {version.Name}, and {FfmpegVersion.OldestName} or later is needed"),
        };
    }

    private static Process Start(CaptureRequest request, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment.Remove("no_proxy"); // it would make ffmpeg bypass the relay
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw Unsupported(request, $"a stream of this kind is read by the program {Program}, which is not installed. On Debian and Ubuntu install ffmpeg");
        }
    }

    private static CaptureException Unsupported(CaptureRequest request, string what) =>
        new(CaptureFailureCode.CaptureUnsupported, $"Camera '{request.CameraId}': {what}.");
}

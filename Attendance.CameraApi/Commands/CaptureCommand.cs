using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Capture.Worker;

namespace Attendance.CameraApi.Commands;

/// <summary>The entry point of a capture worker. It runs before the host is built, because a worker does not need one.</summary>
internal static class CaptureCommand
{
    private const int Misused = 2;

    /// <param name="args">The command-line arguments, starting with <c>capture</c>.</param>
    public static int Run(string[] args)
    {
        if (OptionOf(args, WorkerCommand.OwnerOption) is not { } option || !ProcessIdentity.TryParse(option, out var owner))
        {
            Console.Error.WriteLine($"usage: {WorkerCommand.Name} {WorkerCommand.OwnerOption} <pid>:<start time>. The API starts it; it is not for use by hand.");
            return Misused;
        }

        Stream output;
        try
        {
            output = NativeProcess.TakeStandardOutput();
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Misused;
        }

        NativeProcess.Confine();

        // OpenCV and FFmpeg log their input, which may be an address with a password.
        NativeProcess.SetEnvironment("OPENCV_LOG_LEVEL", "SILENT");
        NativeProcess.SetEnvironment("OPENCV_FFMPEG_LOGLEVEL", "-8");

        using var worker = new CaptureWorker(owner.Value, output);
        worker.Run();
        return CaptureWorker.Released;
    }

    private static string? OptionOf(string[] args, string name) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Capture.Worker;

namespace Attendance.CameraApi.Commands;

/// <summary>The entry of a capture worker. It runs before there is a host: a worker needs none of it.</summary>
internal static class CaptureCommand
{
    private const int Misused = 2;

    /// <param name="args">As on the command line, <c>capture</c> first.</param>
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

        // They print what they are given, an address with a password for example.
        NativeProcess.SetEnvironment("OPENCV_LOG_LEVEL", "SILENT");
        NativeProcess.SetEnvironment("OPENCV_FFMPEG_LOGLEVEL", "-8");

        using var worker = new CaptureWorker(owner.Value, output);
        worker.Run();
        return CaptureWorker.Released;
    }

    private static string? OptionOf(string[] args, string name) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

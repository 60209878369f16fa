using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

/// <summary>The worker processes of this node, one for each camera that is open.</summary>
internal sealed partial class CaptureWorkers(IOptions<CaptureOptions> options, ILogger<WorkerProcess> logger) : IHostedService
{
    private readonly Lock _gate = new();
    private readonly HashSet<WorkerProcess> _workers = [];

    /// <summary>The workers that have not ended. A worker that another thread starts meanwhile is among them.</summary>
    public IReadOnlyList<WorkerProcess> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers.Where(worker => !worker.Exited.IsCompleted)];
            }
        }
    }

    /// <exception cref="CameraUnavailableException">The worker's program is missing.</exception>
    public WorkerProcess Start(string cameraId)
    {
        try
        {
            lock (_gate) // so that nobody sees the process before it is known to be ours
            {
                var worker = WorkerProcess.Start(logger, options.Value.MaxPixels);
                _workers.Add(worker);
                _ = worker.Exited.ContinueWith(_ => Forget(worker), TaskScheduler.Default);
                return worker;
            }
        }
        catch (FileNotFoundException exception)
        {
            throw new CameraUnavailableException(cameraId, new(CaptureFailureCode.CaptureUnsupported, $"Camera '{cameraId}': {exception.Message}"), exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!HasOpenCv)
        {
            LogNoOpenCv(RuntimeInformation.RuntimeIdentifier);
        }

        try
        {
            WorkerCommand.Find();
        }
        catch (FileNotFoundException exception)
        {
            LogNoProgram(exception.Message); // cameras of pages can be had all the same
        }

        return Task.CompletedTask;
    }

    /// <summary>Kills the workers that are still there. All leases have ended by now.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var remaining = Running;
        foreach (var worker in remaining)
        {
            worker.Kill();
        }

        await Task.WhenAny(Task.WhenAll(remaining.Select(worker => worker.Exited)), Task.Delay(options.Value.ReleaseTimeout, cancellationToken));
    }

    private void Forget(WorkerProcess worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
        }
    }

    /// <summary>Whether OpenCV's native library exists for this platform. It is referenced for Linux x64 and Windows x64 only.</summary>
    private static bool HasOpenCv =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows());

    [LoggerMessage(LogLevel.Error, "No camera of this node can be opened. {Reason}")]
    private partial void LogNoProgram(string reason);

    [LoggerMessage(LogLevel.Warning, "There is no OpenCV for {Platform}: films cannot be opened, and of attached cameras only those of Linux that deliver JPEG, or YUYV where TurboJPEG is installed")]
    private partial void LogNoOpenCv(string platform);
}

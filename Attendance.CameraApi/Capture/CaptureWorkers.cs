using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// All worker processes of this node: those in use, and the spare ones. A spare runs with nothing open, so that a camera need not wait for
/// a process to start.
/// </summary>
internal sealed partial class CaptureWorkers(IOptions<CaptureOptions> options, ILogger<WorkerProcess> logger) : IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkerProcess> _spares = new();
    private readonly ConcurrentDictionary<WorkerProcess, byte> _inUse = new();
    private bool _closed;

    /// <summary>The workers that were given a camera and have not ended.</summary>
    public IEnumerable<WorkerProcess> InUse => _inUse.Select(entry => entry.Key).Where(worker => !worker.Exited.IsCompleted);

    /// <summary>All workers, including the spare ones.</summary>
    public IReadOnlyList<WorkerProcess> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _spares, .. _inUse.Keys];
            }
        }
    }

    /// <summary>Returns a worker for a camera: a spare one if there is one, otherwise a new one.</summary>
    /// <exception cref="CameraUnavailableException">There is no spare one, and the worker's program is missing.</exception>
    public WorkerProcess Take(string cameraId)
    {
        WorkerProcess? worker;
        lock (_gate)
        {
            while (_spares.TryDequeue(out worker) && worker.Exited.IsCompleted)
            {
            }
        }

        try
        {
            worker ??= WorkerProcess.Start(logger, options.Value.MaxPixels);
        }
        catch (FileNotFoundException exception)
        {
            throw new CameraUnavailableException(cameraId, new(CaptureFailureCode.CaptureUnsupported, $"Camera '{cameraId}': {exception.Message}"), exception);
        }

        _inUse[worker] = 0;
        _ = worker.Exited.ContinueWith(_ => _inUse.TryRemove(worker, out byte _), TaskScheduler.Default);
        return worker;
    }

    /// <summary>
    /// Starts spare workers in the background. Call it after the camera that took a worker has opened or failed to open, because a process
    /// that starts takes processor time from one that opens. The caller does not wait: starting a process takes longer than everything else
    /// that the API does for a first frame.
    /// </summary>
    public void RefillLater() => _ = Task.Run(() =>
    {
        try
        {
            Refill();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            LogNoSpare(exception); // the next camera starts its own worker, and reports it if that fails
        }
    });

    private void Refill()
    {
        lock (_gate)
        {
            while (!_closed && _spares.Count < options.Value.SpareWorkers)
            {
                _spares.Enqueue(WorkerProcess.Start(logger, options.Value.MaxPixels));
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!HasNativeLibrary)
        {
            LogNoNativeLibrary(RuntimeInformation.RuntimeIdentifier);
        }

        try
        {
            Refill();
        }
        catch (FileNotFoundException exception)
        {
            LogNoProgram(exception.Message); // cameras of pages can be had all the same
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the spare workers before the server stops, because the server waits for its viewers.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var spare in _spares)
            {
                spare.Kill();
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Kills the workers that are still there. All leases have ended by now.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<WorkerProcess> remaining = [.. All.Where(worker => !worker.Exited.IsCompleted)];
        foreach (var worker in remaining)
        {
            worker.Kill();
        }

        await Task.WhenAny(Task.WhenAll(remaining.Select(worker => worker.Exited)), Task.Delay(options.Value.ReleaseTimeout, cancellationToken));
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether OpenCV's native library exists for this platform. It is referenced for Linux x64 and Windows x64 only.</summary>
    private static bool HasNativeLibrary =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows());

    [LoggerMessage(LogLevel.Warning, "A spare capture worker could not be started")]
    private partial void LogNoSpare(Exception exception);

    [LoggerMessage(LogLevel.Error, "No camera of this node can be opened. {Reason}")]
    private partial void LogNoProgram(string reason);

    [LoggerMessage(LogLevel.Warning, "Devices and files cannot be captured on {Platform}: OpenCV's native library exists for Linux x64 and Windows x64 only")]
    private partial void LogNoNativeLibrary(string platform);
}

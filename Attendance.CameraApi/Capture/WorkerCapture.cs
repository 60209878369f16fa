using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;

namespace Attendance.CameraApi.Capture;

/// <summary>One camera in use: a worker, its frames, and a watchdog that replaces the worker when it stalls or ends.</summary>
#pragma warning disable CA1001 // a source of cancellation without a timer holds nothing to dispose of
internal sealed class WorkerCapture(
    Camera camera,
    CurrentWorker worker,
    CaptureWatchdog watchdog,
    CaptureState state,
    AttachedDevices devices,
    CaptureOptions options,
    CaptureMetrics metrics,
    TimeProvider clock) : ICameraCapture, IReopenable, ILiveSource
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _closed = new();
    private Task _watch = Task.CompletedTask;
    private IDisposable? _ageWatch;
    private IDisposable? _use;

    public FrameHub Frames => worker.Frames;

    public CaptureStatus Status => state.Status;

    public bool HasWatchdog => !_watch.IsCompleted;

    public Task<CaptureLoss> Lost => watchdog.Lost;

    public Task FailingAsync(CancellationToken cancellationToken) => state.FailingAsync(cancellationToken);

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _use = camera.IsDeviceOfLinux ? devices.Use(camera.Source.Target) : null;
        state.Opened(await worker.StartAsync(options.OpenTimeoutOf(camera.IsDeviceOfWindows, isFirst: true), cancellationToken));
        _ageWatch = metrics.Watch(camera.Id, () => Frames.AgeOfLatest(clock));
        _watch = watchdog.RunAsync(_closed.Token);
    }

    /// <summary>
    /// Kills a worker that hangs in a way that the watchdog does not see. The watchdog then opens the camera again, as after any other end.
    /// </summary>
    public void Reopen() => worker.Current?.Kill();

    public void ShowTo(string socket) => worker.ShowTo(socket);

    public async Task<CloseOutcome> CloseAsync()
    {
        await _closed.CancelAsync();
        _ageWatch?.Dispose();
        Frames.End();
        await _watch;
        var outcome = await worker.CloseAsync(isHung: false);
        if (outcome is CloseOutcome.NotFree notFree)
        {
            return notFree with { IsFreeAsync = IsFreeAsync }; // as long as the device is not free, it still counts as in use by this camera
        }

        _use?.Dispose();
        return outcome;

        async Task<bool> IsFreeAsync()
        {
            if (!await notFree.IsFreeAsync())
            {
                return false;
            }

            _use?.Dispose();
            return true;
        }
    }
}

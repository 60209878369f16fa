using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// One camera in use: a worker, its frames, and a watchdog that replaces the worker when it stalls or ends. One lease may need several
/// workers, but it has one at a time.
/// </summary>
#pragma warning disable CA1001 // a source of cancellation without a timer holds nothing to dispose of
internal sealed partial class WorkerCapture(
    Camera camera,
    CaptureWorkers workers,
    WorkerClosing closing,
    AttachedDevices devices,
    CaptureOptions options,
    CaptureMetrics metrics,
    IFailureLog failureLog,
    CameraEvents events,
    TimeProvider clock,
    ILogger<WorkerCapture> logger) : ICameraCapture, IReopenable
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestPatience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The share of the patience that the worker gets as its read timeout. The worker reports first, because it knows better what is wrong.
    /// </summary>
    private const double WorkersShare = 0.95;

    private static readonly byte[] s_startOfJpeg = [0xFF, 0xD8, 0xFF];

    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource<CaptureLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActivityContext _origin = Activity.Current?.Context ?? default;
    private Task _watch = Task.CompletedTask;
    private IDisposable? _ageWatch;
    private WorkerProcess? _worker;
    private (WorkerProcess? Worker, Task<CloseOutcome> Outcome) _closing = (null, Task.FromResult<CloseOutcome>(new CloseOutcome.Free()));
    private readonly Lock _gate = new();
    private TaskCompletionSource _failing = NewSignal();
    private CaptureStatus _status = CaptureStatus.Closed;
    private IDisposable? _use;
    private readonly ReopeningBackoff _reopenings = new(clock);
    private PicturePatience _patience = new(clock, options.StallTimeout, frameRate: null);
    private TimeSpan _leastPatience = options.StallTimeout;
    private long _lastSequence;
    private volatile bool _isKnownToChange;

    public FrameHub Frames { get; } = new();

    public CaptureStatus Status
    {
        get => Volatile.Read(ref _status);
        private set
        {
            lock (_gate)
            {
                Volatile.Write(ref _status, value);
                if (value.IsFailing)
                {
                    _failing.TrySetResult();
                }
                else if (_failing.Task.IsCompleted)
                {
                    _failing = NewSignal();
                }
            }
        }
    }

    public bool HasWatchdog => !_watch.IsCompleted;

    public Task<CaptureLoss> Lost => _lost.Task;

    /// <summary>Whether the camera is a device on Linux. On other systems the API cannot see whether a device is plugged in.</summary>
    private bool IsDeviceOfLinux => camera.Source.Kind == CameraKind.Device && OperatingSystem.IsLinux();

    private bool IsDeviceOfWindows => camera.Source.Kind == CameraKind.Device && OperatingSystem.IsWindows();

    public Task FailingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _failing.Task.WaitAsync(cancellationToken);
        }
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _use = IsDeviceOfLinux ? devices.Use(camera.Source.Target) : null;
        await StartWorkerAsync(options.OpenTimeoutOf(IsDeviceOfWindows, isFirst: true), cancellationToken);
        _ageWatch = metrics.Watch(camera.Id, () => Frames.AgeOfLatest(clock));
        _watch = WatchAsync();
    }

    /// <summary>
    /// Kills a worker that hangs in a way that the watchdog does not see. The watchdog then opens the camera again, as after any other end.
    /// </summary>
    public void Reopen() => _worker?.Kill();

    public async Task<CloseOutcome> CloseAsync()
    {
        await _closed.CancelAsync();
        _ageWatch?.Dispose();
        Frames.End();
        await _watch;
        var outcome = await CloseWorkerAsync(isHung: false);
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

    /// <summary>Closes each worker only once. Another call gets the same outcome and takes no more time.</summary>
    private Task<CloseOutcome> CloseWorkerAsync(bool isHung)
    {
        if (_worker is { } worker && worker != _closing.Worker)
        {
            _closing = (worker, closing.CloseAsync(worker, camera, isHung));
        }

        return _closing.Outcome;
    }

    /// <exception cref="CameraUnavailableException">The camera did not open. The worker remains, and the caller must close it.</exception>
    private async Task StartWorkerAsync(TimeSpan openTimeout, CancellationToken cancellationToken)
    {
        using var activity = CameraApiActivity.Start(SpanNames.Open, Activity.Current is null ? _origin : default)
            .ForCamera(camera);
        var started = clock.GetTimestamp();
        WorkerProcess? worker = null;
        long? firstFrame = null;
        string? error = "cancelled";
        try
        {
            worker = _worker = workers.Take(camera.Id);
            var seen = Frames.Count;
            Volatile.Write(ref _lastSequence, 0);
            var opened = await worker.OpenAsync(Request(openTimeout, activity?.Id), Receive).WaitAsync(openTimeout, clock, cancellationToken);
            _patience = new(clock, _leastPatience, opened.FrameRate > 0 ? opened.FrameRate : camera.FrameRate);
            var remaining = openTimeout - clock.GetElapsedTime(started);
            firstFrame = await FirstFrameAsync(worker, seen, cancellationToken)
                .WaitAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock, cancellationToken);
            Status = Status with { Opened = opened, Suspended = false, Failures = 0, Fault = null };
            error = null;
        }
        catch (CameraUnavailableException exception)
        {
            error = exception.Failure.Code.Name();
            throw;
        }
        catch (TimeoutException exception)
        {
            error = CaptureFailureCode.OpenTimedOut.Name();
            throw new CameraUnavailableException(camera.Id, new CaptureFailure(
                CaptureFailureCode.OpenTimedOut,
                $"Camera '{camera.Id}' showed no frame within {openTimeout.TotalSeconds:0.#} s; raise 'Capture:OpenTimeout' if it needs longer."), exception);
        }
        finally
        {
            workers.RefillLater(); // also if the camera did not open, because the worker is used up
            metrics.Opened(camera.Id, clock.GetElapsedTime(started), error);
            WorkerSpan.Add(worker, started, firstFrame, error, clock);
            if (error is not null)
            {
                activity.Failed(error);
            }
        }
    }

    /// <returns>The timestamp at which the frame was captured.</returns>
    private async Task<long> FirstFrameAsync(WorkerProcess worker, long seen, CancellationToken cancellationToken)
    {
        var frame = Frames.NextAsync(seen, cancellationToken).AsTask();
        if (await Task.WhenAny(frame, worker.Exited) == frame && await frame is { } first)
        {
            return first.Frame.Header.Timestamp;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new CameraUnavailableException(camera.Id, worker.Failure!);
    }

    private CaptureRequest Request(TimeSpan openTimeout, string? traceParent) => new(
        camera.Id, IsDeviceOfLinux ? CameraSource.OfDevice(devices.TargetNow(camera.Source.Target)).Value : camera.Source.Value, camera.Width, camera.Height, camera.FrameRate, options.JpegQuality, openTimeout, _leastPatience * WorkersShare)
    {
        TraceParent = traceParent,
        MaxPixels = options.MaxPixels,
        Certificate = camera.Certificate,
        IsKnownToChange = _isKnownToChange,
    };

    /// <summary>
    /// Takes a frame from the worker. A frame that no viewer can show does not count, so that a camera which sends only such frames is
    /// opened again.
    /// </summary>
    private void Receive(CapturedFrame frame)
    {
        if (!frame.Jpeg.Span.StartsWith(s_startOfJpeg))
        {
            return;
        }

        metrics.FrameReceived(camera.Id);
        if (Interlocked.Exchange(ref _lastSequence, frame.Header.Sequence) == frame.Header.Sequence)
        {
            return; // the same picture as before
        }

        if (frame.Header.Flags.HasFlag(FrameFlags.Changing))
        {
            _isKnownToChange = true;
        }

        _patience.Saw();
        Frames.Patience = _patience.Allowed;
        Frames.Publish(frame);
    }

    /// <summary>Waits for trouble and then opens the camera again, until the camera is closed or lost.</summary>
    private async Task WatchAsync()
    {
        Activity.Current = null; // the request that opened the camera ends before the watchdog does
        try
        {
            while (true)
            {
                var isHung = await TroubleAsync(_worker!);
                if (!await TryReopenAsync(isHung))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The capture was closed; CloseAsync closes the worker.
        }
        catch (Exception exception)
        {
            LogWatchFailed(camera.Id, exception);
            _lost.TrySetResult(CaptureLoss.WorkerFailed);
        }
    }

    /// <summary>Returns when the worker has ended, or when its patience is over because it has shown no new picture.</summary>
    /// <returns>Whether the worker still runs and hangs.</returns>
    private async Task<bool> TroubleAsync(WorkerProcess worker)
    {
        var patience = _patience;
        while (true)
        {
            await Task.WhenAny(worker.Exited, Task.Delay(options.StallTimeout / 50, clock, _closed.Token));
            _closed.Token.ThrowIfCancellationRequested();
            if (worker.Exited.IsCompleted)
            {
                LearnFrom(patience);
                failureLog.Failed(camera, QualityFailure.Interrupted);
                Fault(worker.Failure!);
                return false;
            }

            if (patience.IsOver)
            {
                LearnFrom(patience);
                metrics.Stalled(camera.Id);
                failureLog.Failed(camera, QualityFailure.Stalled);
                Fault(new(CaptureFailureCode.ReadFailed, $"No new picture for {patience.Allowed.TotalSeconds:0.#} s."));
                return true;
            }
        }
    }

    /// <summary>
    /// Gives a source more time if it shows at most one picture after it is opened and then nothing for most of its patience, because it may
    /// just be slow. Each time doubles the patience, up to one minute. A source that shows more pictures goes back to the stall timeout.
    /// </summary>
    private void LearnFrom(PicturePatience patience)
    {
        if (patience.Seen > 1)
        {
            _leastPatience = options.StallTimeout;
        }
        else if (patience.IsNearlyOver)
        {
            _leastPatience = _leastPatience * 2 < s_longestPatience ? _leastPatience * 2 : s_longestPatience;
        }
    }

    /// <returns><see langword="false"/> if the camera is lost for good.</returns>
    private async Task<bool> TryReopenAsync(bool isHung)
    {
        var began = clock.GetTimestamp();
        var backoff = s_firstBackoff;
        for (var failures = 0; ; failures++)
        {
            if (await CloseWorkerAsync(isHung) is CloseOutcome.NotFree)
            {
                _lost.TrySetResult(CaptureLoss.WorkerFailed); // the release finds the same and quarantines the camera
                return false;
            }

            if (failures == CaptureStatus.FailuresOfNote)
            {
                events.Tell(CameraEventType.CameraFailing, camera.Id, leaseRef: null, Status.Fault);
                LogKeepsFailing(camera.Id, failures, Status.Fault);
            }

            if (failures > 0)
            {
                await Task.Delay(Status.Suspended ? s_firstBackoff : Jittered(backoff), clock, _closed.Token);
                backoff = backoff * 2 < s_longestBackoff ? backoff * 2 : s_longestBackoff;
            }
            else if (!Status.Suspended && _reopenings.Next() is { Ticks: > 0 } pause)
            {
                backoff = pause; // not less than this if opening fails as well
                await Task.Delay(Jittered(pause), clock, _closed.Token);
            }

            // Wait for the device first, so that no worker is used up on a missing device and the spare one is ready when it comes back.
            if (Status.Suspended && IsDeviceOfLinux)
            {
                await devices.AppearsAsync(camera.Source.Target, options.HotSwapGrace - clock.GetElapsedTime(began), _closed.Token);
            }

            try
            {
                await StartWorkerAsync(options.OpenTimeout, _closed.Token);
                metrics.Restarted(camera.Id);
                Status = Status with { Reopenings = Status.Reopenings + 1 };
                if (failures >= CaptureStatus.FailuresOfNote)
                {
                    events.Tell(CameraEventType.CameraRecovered, camera.Id);
                }

                events.Tell(CameraEventType.CameraReopened, camera.Id);
                LogReopened(camera.Id);
                return true;
            }
            catch (CameraUnavailableException exception)
            {
                failureLog.Failed(camera, QualityFailure.OpenFailed);
                Fault(exception.Failure);
                Status = Status with { Failures = failures + 1 };
            }

            if (Status.Suspended && clock.GetElapsedTime(began) >= options.HotSwapGrace)
            {
                _lost.TrySetResult(CaptureLoss.DeviceLost);
                return false;
            }
        }
    }

    /// <summary>
    /// Returns a random time between half of the backoff and all of it, so that cameras which a network failure took away together do not
    /// come back together.
    /// </summary>
    private static TimeSpan Jittered(TimeSpan backoff) => backoff * (0.5 + Random.Shared.NextDouble() / 2);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Fault(CaptureFailure failure)
    {
        var isNew = Status.Fault != failure.Message;
        Status = Status with { Suspended = failure.Code == CaptureFailureCode.DeviceMissing, Fault = failure.Message };
        if (isNew)
        {
            LogFault(camera.Id, failure.Message); // not again at each attempt
        }
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is in trouble and will be opened again: {Fault}")]
    private partial void LogFault(string cameraId, string fault);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} failed to open {Failures} times in a row; its lease stays and it is tried again: {Fault}")]
    private partial void LogKeepsFailing(string cameraId, int failures, string? fault);

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} delivers again, under the same lease")]
    private partial void LogReopened(string cameraId);

    [LoggerMessage(LogLevel.Error, "Camera {CameraId}: its watchdog failed")]
    private partial void LogWatchFailed(string cameraId, Exception exception);
}

internal sealed class WorkerCaptureFactory(
    CaptureWorkers workers,
    WorkerClosing closing,
    AttachedDevices devices,
    IOptions<CaptureOptions> options,
    CaptureMetrics metrics,
    IFailureLog failureLog,
    CameraEvents events,
    TimeProvider clock,
    ILogger<WorkerCapture> logger) : ICameraCaptureFactory
{
    public ICameraCapture Create(Camera camera) => new WorkerCapture(camera, workers, closing, devices, options.Value, metrics, failureLog, events, clock, logger);
}

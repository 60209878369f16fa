using System.Diagnostics;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Capture;

/// <summary>
/// The worker that has a camera open for one use, and its frames. A use may need several workers, but it has one at a time.
/// </summary>
internal sealed class CurrentWorker(
    Camera camera, CaptureWorkers workers, WorkerClosing closing, AttachedDevices devices, CaptureOptions options, CaptureMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan s_longestPatience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The share of the patience that the worker gets as its read timeout. The worker reports first, because it knows better what is wrong.
    /// </summary>
    private const double WorkersShare = 0.95;

    private static readonly byte[] s_startOfJpeg = [0xFF, 0xD8, 0xFF];

    private readonly ActivityContext _origin = Activity.Current?.Context ?? default;
    private (WorkerProcess? Worker, Task<CloseOutcome> Outcome) _closing = (null, Task.FromResult<CloseOutcome>(new CloseOutcome.Free()));
    private TimeSpan _leastPatience = options.StallTimeout;
    private long _lastSequence;
    private volatile bool _isKnownToChange;
    private volatile string? _shownTo;

    public FrameHub Frames { get; } = new();

    /// <summary>The worker that was started last, or null before the first. It may have ended.</summary>
    public WorkerProcess? Current { get; private set; }

    /// <summary>How long the current worker may show no new picture.</summary>
    public PicturePatience Patience { get; private set; } = new(clock, options.StallTimeout, frameRate: null);

    /// <summary>Starts the next worker, tells it to open the camera, and waits for the first frame.</summary>
    /// <returns>What the device delivers.</returns>
    /// <exception cref="CameraUnavailableException">The camera did not open. The worker remains, and the caller must close it.</exception>
    public async Task<CaptureOpened> StartAsync(TimeSpan openTimeout, CancellationToken cancellationToken)
    {
        using var activity = CameraApiActivity.Start(SpanNames.Open, Activity.Current is null ? _origin : default)
            .ForCamera(camera);
        var started = clock.GetTimestamp();
        WorkerProcess? worker = null;
        long? firstFrame = null;
        string? error = "cancelled";
        try
        {
            worker = Current = workers.Start(camera.Id);
            var seen = Frames.Count;
            Volatile.Write(ref _lastSequence, 0);
            var opened = await worker.OpenAsync(Request(openTimeout, activity?.Id), Receive).WaitAsync(openTimeout, clock, cancellationToken);
            if (_shownTo is { } socket)
            {
                worker.ShowTo(socket); // if nobody listens any more, the worker notices
            }

            Patience = new(clock, _leastPatience, opened.FrameRate > 0 ? opened.FrameRate : camera.FrameRate);
            var remaining = openTimeout - clock.GetElapsedTime(started);
            firstFrame = await FirstFrameAsync(worker, seen, cancellationToken)
                .WaitAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock, cancellationToken);
            error = null;
            return opened;
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
            metrics.Opened(camera.Id, clock.GetElapsedTime(started), error);
            WorkerSpan.Add(worker, started, firstFrame, error, clock);
            if (error is not null)
            {
                activity.Failed(error);
            }
        }
    }

    /// <summary>Lets this worker and later ones send their pictures, decoded, to the listener of a socket.</summary>
    public void ShowTo(string socket)
    {
        _shownTo = socket;
        Current?.ShowTo(socket);
    }

    /// <summary>Closes each worker only once. Another call gets the same outcome and takes no more time.</summary>
    public Task<CloseOutcome> CloseAsync(bool isHung)
    {
        if (Current is { } worker && worker != _closing.Worker)
        {
            _closing = (worker, closing.CloseAsync(worker, camera, isHung));
        }

        return _closing.Outcome;
    }

    /// <summary>
    /// Gives a source more time if it shows at most one picture after it is opened and then nothing for most of its patience, because it may
    /// just be slow. Each time doubles the patience, up to one minute. A source that shows more pictures goes back to the stall timeout.
    /// </summary>
    public void LearnFrom(PicturePatience patience)
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
        camera.Id,
        camera.IsDeviceOfLinux ? CameraSource.OfDevice(devices.TargetNow(camera.Source.Target)).Value : camera.Source.Value,
        camera.Width,
        camera.Height,
        camera.FrameRate,
        options.JpegQuality,
        openTimeout,
        _leastPatience * WorkersShare)
    {
        TraceParent = traceParent,
        MaxPixels = options.MaxPixels,
        Certificate = camera.Certificate,
        IsKnownToChange = _isKnownToChange,
        Controls = camera.Controls,
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

        Patience.Saw();
        Frames.Patience = Patience.Allowed;
        Frames.Publish(frame);
    }
}

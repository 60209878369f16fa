namespace Attendance.CameraApi.Capture;

/// <summary>
/// Hands each frame to any number of viewers. A viewer asks for a frame that is newer than the last one it has seen, so a slow
/// viewer skips frames. It never holds up the others, and no frames pile up for it.
/// </summary>
internal sealed class FrameHub
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private CapturedFrame? _latest;
    private long _count;
    private bool _ended;
    private int _viewers;

    /// <summary>How many frames were published. This is also the number of the newest one.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How many viewers watch this camera at the moment.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Measures the quality of the frames that are published.</summary>
    public QualityMeter Quality { get; } = new();

    public CapturedFrame? Latest => Volatile.Read(ref _latest);

    /// <summary>How long the source may show no new picture before something is wrong, or zero if that is not known.</summary>
    public TimeSpan Patience { get; set; }

    public void Watch(int change) => Interlocked.Add(ref _viewers, change);

    public void Publish(CapturedFrame frame)
    {
        Quality.Add(frame.Header);
        Change(() =>
        {
            Volatile.Write(ref _latest, frame);
            Volatile.Write(ref _count, _count + 1);
        });
    }

    /// <summary>The age of the newest frame, or null while there is none.</summary>
    public TimeSpan? AgeOfLatest(TimeProvider clock) => Latest is { } frame ? clock.GetElapsedTime(frame.Header.Timestamp) : null;

    /// <summary>Ends the frames. Every viewer is told so, including those that come later.</summary>
    public void End() => Change(() => _ended = true);

    /// <summary>Waits for a frame newer than number <paramref name="seen"/>.</summary>
    /// <returns>The newest frame and its number, or null if there will be no more.</returns>
    public async ValueTask<(CapturedFrame Frame, long Number)?> NextAsync(long seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_ended)
                {
                    return null;
                }

                if (_count > seen)
                {
                    return (_latest!, _count);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action apply)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            apply();
            (changed, _changed) = (_changed, NewSignal());
        }

        // The viewers do not continue on this thread, because it reads the worker's pipe. One work item of the thread pool continues all of
        // them: a viewer only copies the frame into its connection's buffers before it waits again, and waking a thread costs more than that.
        ThreadPool.UnsafeQueueUserWorkItem(static signal => signal.SetResult(), changed, preferLocal: false);
    }

    private static TaskCompletionSource NewSignal() => new();
}

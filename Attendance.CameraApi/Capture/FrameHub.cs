namespace Attendance.CameraApi.Capture;

/// <summary>One encoded picture. Shared by all viewers, so nobody changes its bytes.</summary>
internal sealed record CapturedFrame(FrameHeader Header, ReadOnlyMemory<byte> Jpeg);

/// <summary>
/// Hands each frame to any number of viewers. A viewer asks for what is newer than what it has seen, so a slow one
/// skips frames; it never holds up the others and nothing piles up for it.
/// </summary>
internal sealed class FrameHub
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private CapturedFrame? _latest;
    private long _count;
    private bool _ended;
    private int _viewers;

    /// <summary>How many frames were published; the number of the newest one.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Streams that are being watched.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>What is delivered, measured.</summary>
    public QualityMeter Quality { get; } = new();

    public CapturedFrame? Latest => Volatile.Read(ref _latest);

    /// <summary>How long this source may show nothing new before something is wrong; zero where nobody says.</summary>
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

    /// <summary>How old the newest frame is; null while there is none.</summary>
    public TimeSpan? AgeOfLatest(TimeProvider clock) => Latest is { } frame ? clock.GetElapsedTime(frame.Header.Timestamp) : null;

    /// <summary>No more frames: every viewer is told, also those that come later.</summary>
    public void End() => Change(() => _ended = true);

    /// <summary>Waits for a frame newer than number <paramref name="seen"/>.</summary>
    /// <returns>The newest frame and its number, or null when there will be no more.</returns>
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

        // Not here, for who publishes reads the worker's pipe; but all viewers by one work item of the pool, not one each: what a
        // viewer does until it waits again is to copy the frame into its connection's buffers, and to wake a thread costs more than that.
        ThreadPool.UnsafeQueueUserWorkItem(static signal => signal.SetResult(), changed, preferLocal: false);
    }

    private static TaskCompletionSource NewSignal() => new();
}

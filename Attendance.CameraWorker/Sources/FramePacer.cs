using System.Diagnostics;

namespace Attendance.CameraWorker.Sources;

/// <summary>Gives a source that is always ready the pace of a camera, on the monotonic clock.</summary>
internal sealed class FramePacer(double framesPerSecond)
{
    private readonly long _interval = (long)(Stopwatch.Frequency / framesPerSecond);
    private long _due = Stopwatch.GetTimestamp();

    /// <summary>Waits until the next frame is due.</summary>
    /// <returns>False if <paramref name="stop"/> came first.</returns>
    public bool Wait(CancellationToken stop)
    {
        var now = Stopwatch.GetTimestamp();
        var wait = Stopwatch.GetElapsedTime(now, _due);
        if (wait > TimeSpan.Zero && stop.WaitHandle.WaitOne(wait))
        {
            return false;
        }

        // After a delay, for example because the machine slept, the pace continues from now. Missed frames are not made up for.
        _due = Math.Max(_due + _interval, now);
        return !stop.IsCancellationRequested;
    }
}

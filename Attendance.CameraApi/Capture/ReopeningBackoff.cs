namespace Attendance.CameraApi.Capture;

/// <summary>
/// Decides how long to wait before a camera is opened again, based on how often that was necessary in the last five minutes. A picture does
/// not reset the backoff. Otherwise a camera that breaks off after each first picture would be opened again without a pause.
/// </summary>
internal sealed class ReopeningBackoff(TimeProvider clock)
{
    /// <summary>How many reopenings need not wait, because they may be bad luck.</summary>
    private const int Free = 2;

    private static readonly TimeSpan s_counted = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Queue<long> _reopenings = new();

    /// <summary>Counts a reopening and returns how long to wait before it. Call it once before each reopening.</summary>
    public TimeSpan Next()
    {
        while (_reopenings.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) > s_counted)
        {
            _reopenings.Dequeue();
        }

        var earlier = _reopenings.Count;
        _reopenings.Enqueue(clock.GetTimestamp());
        return earlier < Free ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(s_longest.Ticks, s_first.Ticks << Math.Min(earlier - Free, 10)));
    }
}

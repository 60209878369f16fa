namespace Attendance.CameraApi.Capture;

/// <summary>
/// How long to wait before a camera is opened again, by how often that was necessary in the last minutes. One picture proves nothing: a
/// camera that breaks off after each first one would be opened without a pause.
/// </summary>
internal sealed class ReopeningBackoff(TimeProvider clock)
{
    /// <summary>Reopenings that need not wait: bad luck, twice.</summary>
    private const int Free = 2;

    private static readonly TimeSpan s_counted = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Queue<long> _reopenings = new();

    /// <summary>To be asked once for each reopening, before it.</summary>
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

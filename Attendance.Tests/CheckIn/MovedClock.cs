namespace Attendance.Tests.CheckIn;

/// <summary>The machine's clock with an offset. Timers run in real time.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long _ahead;

    /// <summary>How far the clock is ahead of the machine's.</summary>
    public TimeSpan Ahead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public DateTime UtcNow => GetUtcNow().UtcDateTime;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

namespace Attendance.Tests.CheckIn;

/// <summary>The machine's clock, moved. Timers run as ever.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long _ahead;

    /// <summary>How far it is ahead of the machine's.</summary>
    public TimeSpan Ahead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public DateTime UtcNow => GetUtcNow().UtcDateTime;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

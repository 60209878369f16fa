namespace Attendance.Capture;

/// <summary>
/// Decides how long a source may show no new picture before it counts as stalled: the stall timeout, or three of its own intervals if the
/// source is slower than that by nature. Both the worker and the API use it.
/// </summary>
/// <param name="clock">The machine's monotonic clock.</param>
/// <param name="least">The stall timeout, which is the least patience.</param>
/// <param name="frameRate">The frame rate that the source states or that was requested, or null or 0 if neither is known.</param>
internal sealed class PicturePatience(TimeProvider clock, TimeSpan least, double? frameRate)
{
    /// <summary>How many of its own intervals a source may take, because a picture may be missing and a key frame takes longer.</summary>
    private const double Intervals = 3;

    private static readonly TimeSpan s_longestLearnt = TimeSpan.FromMinutes(2);

    private readonly TimeSpan _stated = frameRate is > 0 ? TimeSpan.FromSeconds(Intervals / frameRate.Value) : TimeSpan.Zero;
    private readonly Lock _gate = new();
    private long _last = clock.GetTimestamp();
    private TimeSpan _longest;

    /// <summary>How many pictures were seen since the source was opened.</summary>
    public int Seen { get; private set; }

    /// <summary>
    /// The time that is allowed without a new picture. Before the second picture the interval is not known, so a source that states no frame
    /// rate gets three times the stall timeout, in case it is slow.
    /// </summary>
    public TimeSpan Allowed
    {
        get
        {
            lock (_gate)
            {
                return new[] { least, _stated, Seen < 2 && _stated == TimeSpan.Zero ? least * Intervals : _longest * Intervals }.Max();
            }
        }
    }

    /// <summary>Whether no new picture was seen for most of the allowed time.</summary>
    public bool IsNearlyOver => IsPast(0.9);

    public bool IsOver => IsPast(1);

    private bool IsPast(double share)
    {
        lock (_gate)
        {
            return clock.GetElapsedTime(_last) >= Allowed * share;
        }
    }

    /// <summary>Records that a new picture was seen. Call it for each new picture.</summary>
    public void Saw()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var interval = clock.GetElapsedTime(_last, now);
            if (Seen++ > 0)
            {
                // A long interval counts at once, and fades with each picture that comes sooner.
                _longest = interval >= _longest ? (interval < s_longestLearnt ? interval : s_longestLearnt) : (_longest * 3 + interval) / 4;
            }

            _last = now;
        }
    }
}

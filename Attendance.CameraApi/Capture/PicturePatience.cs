namespace Attendance.CameraApi.Capture;

/// <summary>
/// How long a source may show no new picture before it counts as stalled: the stall time-out, and for one that is slower by nature three
/// of its own intervals. For worker and API alike.
/// </summary>
/// <param name="clock">The machine's monotonic clock.</param>
/// <param name="least">The stall time-out.</param>
/// <param name="frameRate">As the source states it or as it is wished for; null or 0 where nobody says.</param>
internal sealed class PicturePatience(TimeProvider clock, TimeSpan least, double? frameRate)
{
    /// <summary>Of a source's own intervals: one may be missing, and a key frame takes longer.</summary>
    private const double Intervals = 3;

    private static readonly TimeSpan s_longestLearnt = TimeSpan.FromMinutes(2);

    private readonly TimeSpan _stated = frameRate is > 0 ? TimeSpan.FromSeconds(Intervals / frameRate.Value) : TimeSpan.Zero;
    private readonly Lock _gate = new();
    private long _last = clock.GetTimestamp();
    private TimeSpan _longest;

    /// <summary>Pictures since the source was opened.</summary>
    public int Seen { get; private set; }

    /// <summary>After the first picture nothing is known of the next: a source that is slow gets its chance to show it.</summary>
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

    /// <summary>No picture for most of it.</summary>
    public bool IsNearlyOver => IsPast(0.9);

    public bool IsOver => IsPast(1);

    private bool IsPast(double share)
    {
        lock (_gate)
        {
            return clock.GetElapsedTime(_last) >= Allowed * share;
        }
    }

    /// <summary>To be told of each new picture.</summary>
    public void Saw()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var interval = clock.GetElapsedTime(_last, now);
            if (Seen++ > 0)
            {
                // A long interval counts at once; it fades with each picture that comes sooner.
                _longest = interval >= _longest ? (interval < s_longestLearnt ? interval : s_longestLearnt) : (_longest * 3 + interval) / 4;
            }

            _last = now;
        }
    }
}

namespace Attendance.Web.Faces.Liveness;

/// <summary>
/// Notices a blink as a dip below the person's own level, which differs much between people: open, closed, open again within a second.
/// </summary>
internal sealed class BlinkDetector(LivenessOptions options)
{
    private const int LearnedFrames = 15;
    private const double OpenAgain = 0.85; // of the person's own level
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private readonly Queue<double> _open = new();
    private DateTimeOffset? _closedAt;
    private bool _wasOpen;

    private double Level => _open.Count == 0 ? 0 : _open.Order().ElementAt(_open.Count / 2);

    /// <summary>Takes a frame in which nobody was asked to blink, to know the person's own level.</summary>
    public void Learn(LivenessFrame frame)
    {
        if (frame.EyeOpenness is { } openness)
        {
            _open.Enqueue(openness);
            if (_open.Count > LearnedFrames)
            {
                _open.Dequeue();
            }
        }
    }

    /// <summary>Forgets what was seen of a blink, but not the person's own level.</summary>
    public void Begin() => (_closedAt, _wasOpen) = (null, false);

    /// <summary>Returns whether the eyes were open, then closed, and are open again.</summary>
    public bool IsDone(LivenessFrame frame)
    {
        if (frame.EyeOpenness is not { } openness)
        {
            return false;
        }

        var level = Level;
        if (_wasOpen && openness <= level * options.BlinkDepth)
        {
            _closedAt ??= frame.TakenAt;
            return false;
        }

        var isOpen = openness >= level * OpenAgain;
        if (isOpen && frame.TakenAt - _closedAt <= s_longest)
        {
            return true;
        }

        if (isOpen)
        {
            (_closedAt, _wasOpen) = (null, true);
        }

        if (_closedAt is null)
        {
            Learn(frame); // the level may have been learned from eyes that were half closed, or wide open
        }

        return false;
    }
}

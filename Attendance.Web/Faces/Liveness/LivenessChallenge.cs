namespace Attendance.Web.Faces.Liveness;

/// <summary>
/// Asks a person for a few actions that cannot be foreseen, and judges frame by frame whether they are done by the one person who was there
/// at the beginning. It has an end: once it has passed or failed, it stays so.
/// </summary>
internal sealed class LivenessChallenge
{
    private readonly LivenessOptions _options;
    private readonly IReadOnlyList<LivenessAction> _actions;
    private readonly BlinkDetector _blink;
    private LivenessFrame? _last;
    private DateTimeOffset _faceSeenAt;
    private double _straightYaw;
    private bool _isStraight; // whether the head was straight since the present action was asked for
    private int _turned;      // consecutive frames in which the head is turned as asked
    private int _step = -1;   // -1 while the person is asked to look straight

    /// <param name="options">The limits.</param>
    /// <param name="random">Its actions must not be foreseeable: in production that of the operating system.</param>
    /// <param name="now">When the person is asked to look straight.</param>
    public LivenessChallenge(LivenessOptions options, Func<int, int> random, DateTimeOffset now)
        : this(options, ActionsOf(options, random), now)
    {
    }

    internal LivenessChallenge(LivenessOptions options, IReadOnlyList<LivenessAction> actions, DateTimeOffset now)
    {
        (_options, _actions, _blink, _faceSeenAt) = (options, actions, new BlinkDetector(options), now);
        Progress = new LivenessProgress.Asked(LivenessAction.LookStraight, 0, now + options.StepTime);
    }

    public LivenessProgress Progress { get; private set; }

    private LivenessAction Action => _step < 0 ? LivenessAction.LookStraight : _actions[_step];

    /// <summary>Draws the actions, each by itself, so that no film fits often. At least one is a turn.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="random">Returns a number from 0 to less than the given one.</param>
    internal static IReadOnlyList<LivenessAction> ActionsOf(LivenessOptions options, Func<int, int> random)
    {
        LivenessAction[] all = options.Blink
            ? [LivenessAction.TurnLeft, LivenessAction.TurnRight, LivenessAction.Blink]
            : [LivenessAction.TurnLeft, LivenessAction.TurnRight];
        while (true)
        {
            LivenessAction[] actions = [.. Enumerable.Range(0, options.Steps).Select(_ => all[random(all.Length)])];
            if (Array.Exists(actions, action => action != LivenessAction.Blink))
            {
                return actions;
            }
        }
    }

    /// <summary>Fails the challenge if the time for the action is over, also when no frame comes any more.</summary>
    public LivenessProgress Tick(DateTimeOffset now)
    {
        if (Progress is LivenessProgress.Asked asked && now > asked.Until)
        {
            Fail(LivenessFault.TooSlow);
        }

        return Progress;
    }

    public LivenessProgress Observe(LivenessFrame frame)
    {
        if (Tick(frame.TakenAt) is not LivenessProgress.Asked)
        {
            return Progress;
        }

        if (FaultOf(frame) is { } fault)
        {
            return Fail(fault);
        }

        _last = frame;
        if (frame.IsRecognizable)
        {
            _faceSeenAt = frame.TakenAt;
            Judge(frame);
        }

        return Progress;
    }

    private LivenessFault? FaultOf(LivenessFrame frame)
    {
        if (_last is { } last)
        {
            var skipped = frame.Sequence - last.Sequence - 1;
            var pause = frame.TakenAt - last.TakenAt;
            if (skipped < 0 || skipped > _options.MaxSkipped || pause < TimeSpan.Zero || pause > _options.MaxPause)
            {
                return LivenessFault.FramesCut;
            }
        }

        return frame.Faces > 1 ? LivenessFault.SeveralFaces
            : _step < 0 ? null // the person is still coming
            : frame.IsRecognizable ? frame.DistanceToFirst > _options.MaxDistance ? LivenessFault.AnotherFace : null
            : frame.TakenAt - _faceSeenAt > _options.MaxPause ? LivenessFault.FaceLost
            : null;
    }

    private void Judge(LivenessFrame frame)
    {
        if (_step < 0)
        {
            if (Math.Abs(frame.Yaw) <= _options.MaxStraight)
            {
                _straightYaw = frame.Yaw;
                _blink.Learn(frame);
                Ask(0, frame.TakenAt);
                _isStraight = true;
            }

            return;
        }

        var yaw = frame.Yaw - _straightYaw;
        if (Math.Abs(yaw) <= _options.MaxStraight)
        {
            _isStraight = true;
            _turned = 0;
        }

        if (!_isStraight)
        {
            return; // on the way back from the action before
        }

        if (Action == LivenessAction.Blink)
        {
            if (Math.Abs(yaw) <= _options.MaxStraight && _blink.IsDone(frame))
            {
                Ask(_step + 1, frame.TakenAt);
            }

            return;
        }

        var turned = Action == LivenessAction.TurnLeft ? yaw : -yaw;
        if (turned <= -_options.MinTurn)
        {
            Fail(LivenessFault.WrongSide);
        }
        else if (turned < _options.MinTurn)
        {
            _turned = 0;
            if (Math.Abs(yaw) <= _options.MaxStraight)
            {
                _blink.Learn(frame);
            }
        }
        else if (++_turned >= 2) // one frame may be a misplaced point
        {
            Ask(_step + 1, frame.TakenAt);
        }
    }

    private void Ask(int step, DateTimeOffset now)
    {
        (_step, _isStraight, _turned) = (step, false, 0);
        _blink.Begin();
        Progress = step == _actions.Count
            ? new LivenessProgress.Passed()
            : new LivenessProgress.Asked(_actions[step], step + 1, now + _options.StepTime);
    }

    private LivenessProgress Fail(LivenessFault fault) => Progress = new LivenessProgress.Failed(fault, Action);
}

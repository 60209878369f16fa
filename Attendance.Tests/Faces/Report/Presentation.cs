using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;

namespace Attendance.Tests.Faces.Report;

/// <summary>One look of a person in a frame. Each look is observed once, and then shown as often as it is needed.</summary>
internal enum Look
{
    Straight,
    HalfLeft,
    Left,
    HalfRight,
    Right,
    Shut,
}

/// <summary>A frame as it reaches the server.</summary>
/// <param name="Skipped">How many frames are missing before it; -1 if it is the one before, come again.</param>
internal sealed record ShownFrame(FaceObservation Seen, int Skipped = 0);

/// <summary>
/// Somebody, or something, in front of a camera with 15 frames a second, who is challenged. It reacts after 0.4 s, as people do, and takes
/// half a second for what it is asked.
/// </summary>
internal static class Presentation
{
    private const double FramesPerSecond = 15;
    private const int Reaction = 6, WayBack = 8, Straight = 12, Way = 13, Blink = 15; // until which frame each part lasts
    private const int MostFrames = 600;

    /// <summary>Returns whether the challenge was passed, and otherwise why it failed.</summary>
    /// <param name="show">What is shown, given what is asked and for how many frames it has been.</param>
    public static LivenessFault? Challenge(LivenessOptions options, IReadOnlyList<LivenessAction> actions, Func<LivenessAction, int, int, ShownFrame> show)
    {
        var now = new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
        var check = new LivenessCheck(new LivenessChallenge(options, actions, now));
        var (sequence, asked) = (0L, (Action: LivenessAction.LookStraight, Step: 0, Frames: 0));
        for (var i = 0; i < MostFrames; i++)
        {
            var frame = show(asked.Action, asked.Step, asked.Frames);
            (sequence, now) = (sequence + 1 + frame.Skipped, now + TimeSpan.FromSeconds(1 / FramesPerSecond));
            switch (check.Observe(sequence, now, frame.Seen))
            {
                case LivenessProgress.Passed:
                    return null;
                case LivenessProgress.Failed failed:
                    return failed.Fault;
                case LivenessProgress.Asked next:
                    asked = next.Step == asked.Step ? asked with { Frames = asked.Frames + 1 } : (next.Action, next.Step, 0);
                    break;
            }
        }

        throw new InvalidOperationException("A challenge has an end.");
    }

    /// <summary>Returns the look of a person who does what is asked: back from the action before, straight, and then the action.</summary>
    public static Look Obedient(LivenessAction before, LivenessAction asked, int frames) => (frames, asked) switch
    {
        ( < Reaction, _) => Turned(before),
        ( < WayBack, _) => HalfOf(Turned(before)),
        ( < Straight, _) => Look.Straight,
        ( < Blink, LivenessAction.Blink) => Look.Shut,
        ( < Way, _) => HalfOf(Turned(asked)),
        _ => Turned(asked),
    };

    private static Look Turned(LivenessAction action) => action switch
    {
        LivenessAction.TurnLeft => Look.Left,
        LivenessAction.TurnRight => Look.Right,
        _ => Look.Straight,
    };

    private static Look HalfOf(Look look) => look switch
    {
        Look.Left => Look.HalfLeft,
        Look.Right => Look.HalfRight,
        _ => look,
    };
}

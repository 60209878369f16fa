using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Web.Kiosks;

/// <summary>What a frame means for whoever stands in front of a kiosk.</summary>
internal abstract record VisitStep
{
    private VisitStep()
    {
    }

    /// <summary>Nothing is decided. The hint says what the person can do, or is null.</summary>
    internal sealed record Looking(VisitHint? Hint = null) : VisitStep;

    /// <summary>The person is asked to show that they are there themselves.</summary>
    internal sealed record Asked(LivenessAction Action, int Step, DateTimeOffset Until) : VisitStep;

    internal sealed record NotAlive(LivenessFault Fault) : VisitStep;

    /// <param name="IsLive">Whether the person has shown to be there themselves. Null if that was not required.</param>
    internal sealed record Recognized(FaceDecision.Accepted Face, bool? IsLive) : VisitStep;

    internal sealed record InDoubt(FaceDecision.Doubt Face) : VisitStep;

    internal sealed record Stranger : VisitStep;
}

/// <summary>What a person in front of a kiosk can do to be recognized.</summary>
internal enum VisitHint
{
    OnePersonOnly,
    MoveCloser,
    MoreLight,
    LessLight,
    HoldStill,

    /// <summary>The person is checked in and may go.</summary>
    Done,
}

/// <summary>
/// Follows whoever stands in front of one kiosk, from one frame to the next. It decides nothing about faces itself: that is the matcher's,
/// and whether somebody is alive the challenge's. It only makes sure that both are about the same person. Not thread-safe.
/// </summary>
internal sealed class KioskVisit(FaceMatcher matcher, LivenessOptions liveness, RecognitionOptions recognition)
{
    /// <summary>How long nobody must be there until the next person is somebody else.</summary>
    private static readonly TimeSpan s_gone = TimeSpan.FromSeconds(1);

    private readonly List<FaceFrame> _frames = [];
    private (FaceDecision.Accepted Face, LivenessCheck Check)? _challenged;
    private Guid? _done;
    private DateTimeOffset _faceSeenAt;

    /// <summary>Whether the next frame is needed with the eyes measured.</summary>
    public bool IsChallenging => _challenged is not null;

    /// <param name="sequence">The number of the frame, which grows.</param>
    /// <param name="at">When the frame arrived.</param>
    /// <param name="observation">What it shows.</param>
    /// <param name="candidates">Who is expected.</param>
    /// <param name="mustBeAlive">Whether people must show that they are there themselves.</param>
    public VisitStep See(long sequence, DateTimeOffset at, FaceObservation observation, IReadOnlyCollection<FaceCandidate> candidates, bool mustBeAlive)
    {
        if (observation is FaceObservation.OneFace or FaceObservation.SeveralFaces)
        {
            _faceSeenAt = at;
        }
        else if (at - _faceSeenAt >= s_gone)
        {
            _done = null;
        }

        return _challenged is { } challenged
            ? Challenge(challenged.Face, challenged.Check, sequence, at, observation, candidates)
            : Recognize(sequence, at, observation, candidates, mustBeAlive);
    }

    /// <summary>The person was checked in, by face or otherwise, and is not asked again while they stand there.</summary>
    public void Welcomed(Guid personId)
    {
        Reset();
        _done = personId;
    }

    /// <summary>Begins anew with whoever is there now.</summary>
    public void Restart()
    {
        Reset();
        _done = null;
    }

    private VisitStep Recognize(long sequence, DateTimeOffset at, FaceObservation observation, IReadOnlyCollection<FaceCandidate> candidates, bool mustBeAlive)
    {
        _frames.Add(FrameOf(sequence, at, observation));
        _frames.RemoveAll(frame => at - frame.TakenAt > recognition.Window * 2 || frame.TakenAt > at);
        switch (matcher.Decide(_frames, candidates))
        {
            case FaceDecision.Accepted accepted when accepted.PersonId == _done:
                return new VisitStep.Looking(VisitHint.Done);
            case FaceDecision.Accepted accepted when mustBeAlive:
                var check = LivenessCheck.Begin(liveness, at);
                _challenged = (accepted, check);
                return StepOf(check.Progress);
            case FaceDecision.Accepted accepted:
                Reset();
                return new VisitStep.Recognized(accepted, IsLive: null);
            case FaceDecision.Doubt doubt:
                Reset();
                return new VisitStep.InDoubt(doubt);
            case FaceDecision.Unknown:
                Reset();
                return new VisitStep.Stranger();
            default:
                return new VisitStep.Looking(HintOf(observation));
        }
    }

    private VisitStep Challenge(
        FaceDecision.Accepted face, LivenessCheck check, long sequence, DateTimeOffset at, FaceObservation observation, IReadOnlyCollection<FaceCandidate> candidates)
    {
        var progress = check.Observe(sequence, at, observation);
        if (progress is LivenessProgress.Passed)
        {
            Reset();

            // The challenge held everybody to its first face. That face must be the one that was recognized before.
            return check.First is { } first && IsOf(first, face.PersonId, candidates)
                ? new VisitStep.Recognized(face, IsLive: true)
                : new VisitStep.NotAlive(LivenessFault.AnotherFace);
        }

        if (progress is LivenessProgress.Failed failed)
        {
            Reset();
            return new VisitStep.NotAlive(failed.Fault);
        }

        return StepOf(progress);
    }

    private bool IsOf(FaceEmbedding face, Guid personId, IReadOnlyCollection<FaceCandidate> candidates)
    {
        var nearest = candidates.MinBy(candidate => face.DistanceTo(candidate.Template));
        return nearest is not null && nearest.PersonId == personId && face.DistanceTo(nearest.Template) <= recognition.AcceptDistance;
    }

    private void Reset()
    {
        _frames.Clear();
        _challenged = null;
    }

    private static VisitStep StepOf(LivenessProgress progress) =>
        progress is LivenessProgress.Asked asked ? new VisitStep.Asked(asked.Action, asked.Step, asked.Until) : new VisitStep.Looking();

    private static FaceFrame FrameOf(long sequence, DateTimeOffset at, FaceObservation observation) => observation switch
    {
        FaceObservation.OneFace one => new(sequence, at, 1, one.Embedding),
        FaceObservation.SeveralFaces several => new(sequence, at, several.Faces, null),
        _ => new(sequence, at, 0, null),
    };

    private static VisitHint? HintOf(FaceObservation observation) => observation switch
    {
        FaceObservation.SeveralFaces => VisitHint.OnePersonOnly,
        FaceObservation.OneFace { Flaws: [var flaw, ..] } => flaw switch
        {
            ShotFlaw.TooDark => VisitHint.MoreLight,
            ShotFlaw.TooBright => VisitHint.LessLight,
            ShotFlaw.Blurred => VisitHint.HoldStill,
            _ => VisitHint.MoveCloser,
        },
        _ => null,
    };
}

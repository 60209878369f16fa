using System.Numerics;
using Attendance.Tests.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Kiosks;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Kiosks;

/// <summary>Tests what a kiosk concludes from a sequence of frames.</summary>
public sealed class KioskVisitTests
{
    private static readonly FaceEmbedding s_ada = TestEmbeddings.Random(1), s_bob = TestEmbeddings.Random(2), s_stranger = TestEmbeddings.Random(3);

    private readonly Guid _adaId = Guid.NewGuid(), _bobId = Guid.NewGuid();
    private readonly KioskVisit _visit;
    private long _sequence;
    private DateTimeOffset _now = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private bool _mustBeAlive;

    public KioskVisitTests()
    {
        var recognition = new RecognitionOptions();
        _visit = new KioskVisit(new FaceMatcher(Options.Create(recognition)), new LivenessOptions { Blink = false, Steps = 2 }, recognition);
    }

    private FaceCandidate[] Candidates => [new(_adaId, s_ada), new(_bobId, s_bob)];

    [Fact]
    public void A_person_is_recognized_in_several_frames_and_not_in_one()
    {
        Assert.IsType<VisitStep.Looking>(See(s_ada));
        Assert.IsType<VisitStep.Looking>(See(s_ada));

        var recognized = Assert.IsType<VisitStep.Recognized>(See(s_ada));

        Assert.Equal((_adaId, null), (recognized.Face.PersonId, recognized.IsLive));
    }

    [Fact]
    public void Whoever_was_welcomed_is_not_asked_again_until_they_have_gone()
    {
        See(s_ada, times: 3);
        _visit.Welcomed(_adaId);

        Assert.Equal(VisitHint.Done, Assert.IsType<VisitStep.Looking>(See(s_ada, times: 3)).Hint);

        See(null, times: 12); // gone
        Assert.IsType<VisitStep.Recognized>(See(s_ada, times: 3));
    }

    [Fact]
    public void The_next_person_is_recognized_at_once()
    {
        See(s_ada, times: 3);
        _visit.Welcomed(_adaId);

        Assert.Equal(_bobId, Assert.IsType<VisitStep.Recognized>(See(s_bob, times: 3)).Face.PersonId);
    }

    [Fact]
    public void A_stranger_is_one_and_who_may_be_two_people_is_in_doubt()
    {
        Assert.IsType<VisitStep.Stranger>(See(s_stranger, times: 5));
        Assert.IsType<VisitStep.InDoubt>(See(TestEmbeddings.At(0.55, s_ada, seed: 9), times: 5));
    }

    [Fact]
    public void Where_it_is_required_nobody_is_recognized_before_they_have_shown_to_be_there_themselves()
    {
        _mustBeAlive = true;

        Assert.Equal(LivenessAction.LookStraight, Assert.IsType<VisitStep.Asked>(See(s_ada, times: 3)).Action);
        Assert.True(_visit.IsChallenging);
        var step = See(s_ada);
        while (step is VisitStep.Asked asked)
        {
            step = Turn(asked.Action, s_ada);
        }

        var recognized = Assert.IsType<VisitStep.Recognized>(step);
        Assert.Equal((_adaId, true), (recognized.Face.PersonId, recognized.IsLive));
        Assert.False(_visit.IsChallenging);
    }

    [Fact]
    public void Somebody_else_cannot_do_what_the_recognized_person_was_asked_for()
    {
        _mustBeAlive = true;
        See(s_ada, times: 3);

        var step = See(s_bob); // takes the place before the challenge has its first face
        while (step is VisitStep.Asked asked)
        {
            step = Turn(asked.Action, s_bob);
        }

        Assert.Equal(LivenessFault.AnotherFace, Assert.IsType<VisitStep.NotAlive>(step).Fault);
    }

    [Fact]
    public void A_picture_that_never_turns_is_refused_when_the_time_is_over()
    {
        _mustBeAlive = true;
        See(s_ada, times: 3);

        Assert.Equal(LivenessFault.TooSlow, Assert.IsType<VisitStep.NotAlive>(See(s_ada, times: 45)).Fault);
    }

    [Theory]
    [InlineData(2, null, VisitHint.OnePersonOnly)]
    [InlineData(1, ShotFlaw.TooDark, VisitHint.MoreLight)]
    [InlineData(1, ShotFlaw.TooBright, VisitHint.LessLight)]
    [InlineData(1, ShotFlaw.Blurred, VisitHint.HoldStill)]
    [InlineData(1, ShotFlaw.MoveCloser, VisitHint.MoveCloser)]
    internal void A_person_is_told_what_to_do(int faces, ShotFlaw? flaw, VisitHint hint)
    {
        FaceObservation observation = faces > 1 ? new FaceObservation.SeveralFaces(faces) : Face(null, 0, flaw!.Value);

        Assert.Equal(hint, Assert.IsType<VisitStep.Looking>(See(observation)).Hint);
    }

    /// <returns>What the last of these frames meant, or the first that ended the challenge.</returns>
    private VisitStep Turn(LivenessAction action, FaceEmbedding face)
    {
        var step = See(Face(face, 0));
        for (var i = 0; i < 2 && step is VisitStep.Asked asked && asked.Action == action; i++)
        {
            step = See(Face(face, action switch { LivenessAction.TurnLeft => 0.4, LivenessAction.TurnRight => -0.4, _ => 0 }));
        }

        return step;
    }

    private VisitStep See(FaceEmbedding? face, int times = 1)
    {
        VisitStep step = new VisitStep.Looking();
        for (var i = 0; i < times; i++)
        {
            step = See(face is null ? new FaceObservation.NoFace() : Face(face, 0));
            if (step is VisitStep.NotAlive or VisitStep.Stranger or VisitStep.InDoubt or VisitStep.Recognized)
            {
                break;
            }
        }

        return step;
    }

    private VisitStep See(FaceObservation observation)
    {
        _now += TimeSpan.FromSeconds(0.1);
        return _visit.See(++_sequence, _now, observation, Candidates, _mustBeAlive);
    }

    private static FaceObservation.OneFace Face(FaceEmbedding? embedding, double yaw, params ShotFlaw[] flaws) => new(
        FacePoints.From(new Vector2(100, 100), new Vector2(160, 100), new Vector2(130, 130), new Vector2(130, 160))!,
        new FaceFigures(0.2, 0, 0, yaw, 0.45, 128, 200), flaws, embedding, EyeOpenness: null);
}

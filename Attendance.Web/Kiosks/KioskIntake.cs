using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Forwarding;
using Attendance.Web.Http;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>
/// Takes what a kiosk sees and what people enter at it. A frame is looked at under a live lease of the kiosk's camera only, and forgotten as
/// soon as it was looked at: no frame is stored, whoever it shows.
/// </summary>
internal sealed class KioskIntake(
    KioskStates states,
    KioskCandidates candidates,
    LeaseChecks leases,
    FaceObserver observer,
    QrReader reader,
    QrTokens tokens,
    CodeStore codes,
    CodeAttempts attempts,
    CheckInService checkIns,
    Doubts doubts,
    IOptions<KioskOptions> options,
    IOptions<LivenessOptions> liveness,
    IOptions<RecognitionOptions> recognition,
    TimeProvider clock)
{
    private static readonly TimeSpan s_refusalShown = TimeSpan.FromSeconds(3);

    /// <returns>What the kiosk shows, or the problem. Exactly one of them is null.</returns>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task<(KioskAnswer? Answer, Problem? Problem)> SeeAsync(Kiosk kiosk, FrameForm frame, CancellationToken cancellationToken)
    {
        var state = states.Of(kiosk);
        if (!await state.Gate.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return (null, ApiProblems.TooMany()); // the frame before is still being looked at
        }

        try
        {
            var now = clock.GetUtcNow();
            if (!state.IsProven(frame.Claim, now))
            {
                if (await ProblemOfAsync(frame.Claim, cancellationToken) is { } problem)
                {
                    return (null, problem);
                }

                state.Proven(frame.Claim, now);
            }

            if (!state.Follows(frame.Sequence))
            {
                return (null, ApiProblems.Invalid("sequence", "must be greater than that of the frame before."));
            }

            return state.Saying(now) is { } said ? (said, null) : await LookAsync(kiosk, state, frame, now, cancellationToken);
        }
        finally
        {
            state.Gate.Release();
        }
    }

    /// <summary>Checks somebody in by their number and personal code. It needs no camera.</summary>
    /// <returns>What the kiosk shows, or the problem. Exactly one of them is null.</returns>
    public async Task<(KioskAnswer? Answer, Problem? Problem)> EnterAsync(Kiosk kiosk, CodeRequest request, CancellationToken cancellationToken)
    {
        switch (await attempts.TryAsync(request.Number, request.Code, KioskSignIn.NameOf(kiosk.Id), cancellationToken))
        {
            case CodeOutcome.Right right:
                var state = states.Of(kiosk);
                await state.Gate.WaitAsync(cancellationToken);
                try
                {
                    return (await RecordAsync(kiosk, state, request.EventId!.Value, right.Evidence, clock.GetUtcNow(), cancellationToken), null);
                }
                finally
                {
                    state.Gate.Release();
                }

            case CodeOutcome.Locked locked:
                return (null, KioskProblems.Locked(locked.Until - clock.GetUtcNow().UtcDateTime));
            default:
                return (null, KioskProblems.WrongCode());
        }
    }

    private async Task<Problem?> ProblemOfAsync(CheckLease claim, CancellationToken cancellationToken) => await leases.CheckAsync(claim, cancellationToken) switch
    {
        LeaseProof.Live => null,
        LeaseProof.Ended ended => EnrollmentProblems.LeaseEnded(ended.Reason),
        LeaseProof.Stale => EnrollmentProblems.StaleToken(),
        _ => ApiProblems.CameraApiUnavailable(),
    };

    private async Task<(KioskAnswer?, Problem?)> LookAsync(Kiosk kiosk, KioskState state, FrameForm frame, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var expected = state.Expected(now) ?? state.Expect(await candidates.AtAsync(kiosk.Place, cancellationToken), now);
        if (expected.Sessions.Count == 0)
        {
            return (new KioskAnswer("closed"), null);
        }

        var observation = await observer.ObserveAsync(frame.Jpeg, state.Visit.IsChallenging, cancellationToken);
        if (observation is FaceObservation.Refused refused)
        {
            return (null, EnrollmentProblems.NoPicture(refused.Fault));
        }

        // Somebody who shows a code holds it before the face, or beside it.
        if (!state.Visit.IsChallenging && await QrAsync(frame.Jpeg, cancellationToken) is { } evidence)
        {
            return await RecordUnderLeaseAsync(kiosk, state, frame.Claim, evidence, now, cancellationToken);
        }

        if (expected.Candidates is null)
        {
            return (new KioskAnswer("code_only"), null);
        }

        var step = state.Visit.See(frame.Sequence, now, observation, expected.Candidates, liveness.Value.IsRequired(kiosk.IsStaffed));
        switch (step)
        {
            case VisitStep.Recognized recognized when EvidenceOf(recognized) is { } accepted:
                return await RecordUnderLeaseAsync(kiosk, state, frame.Claim, accepted, now, cancellationToken);
            case VisitStep.Recognized:
                return (state.Say(new KioskAnswer("unknown"), now + s_refusalShown), null);
            case VisitStep.InDoubt doubt:
                await doubts.AddAsync(DoubtOf(kiosk, doubt.Face, expected, now), cancellationToken);
                return (state.Say(KioskAnswer.Of(step), now + s_refusalShown), null);
            case VisitStep.NotAlive or VisitStep.Stranger:
                return (state.Say(KioskAnswer.Of(step), now + s_refusalShown), null);
            default:
                return (KioskAnswer.Of(step), null);
        }
    }

    private async Task<QrEvidence?> QrAsync(byte[] jpeg, CancellationToken cancellationToken) =>
        await reader.ReadAsync(jpeg, cancellationToken) is { } text && tokens.Read(text) is { } token
            ? QrEvidence.Of(token, await codes.FindAsync(token.PersonId, cancellationToken))
            : null;

    /// <summary>Records a check-in if the lease is live at this very moment.</summary>
    private async Task<(KioskAnswer?, Problem?)> RecordUnderLeaseAsync(
        Kiosk kiosk, KioskState state, CheckLease claim, CheckInEvidence evidence, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ProblemOfAsync(claim, cancellationToken) is { } problem
            ? (null, problem)
            : (await RecordAsync(kiosk, state, Guid.CreateVersion7(), evidence, now, cancellationToken), null);

    private async Task<KioskAnswer> RecordAsync(
        Kiosk kiosk, KioskState state, Guid eventId, CheckInEvidence evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var outcome = await checkIns.RecordAsync(new CheckInRequest(eventId, evidence, kiosk.Place, KioskSignIn.NameOf(kiosk.Id)), cancellationToken);
        state.Visit.Welcomed(evidence.PersonId);
        return state.Say(KioskAnswer.Of(outcome), now + options.Value.Welcome);
    }

    private AcceptedEvidence? EvidenceOf(VisitStep.Recognized step) => step.Face.Evidence is { Distance: { } distance } figures
        ? AcceptedEvidence.Of(
            step.Face.PersonId, distance, figures.NextDistance, figures.FramesFor, $"{FaceEmbedder.Model}/{FaceEmbedder.Version}",
            new(recognition.Value.AcceptDistance, recognition.Value.Margin, recognition.Value.FramesNeeded), step.IsLive)
        : null;

    private static FaceDoubt DoubtOf(Kiosk kiosk, FaceDecision.Doubt doubt, Expectation expected, DateTimeOffset now) => new()
    {
        At = now.UtcDateTime,
        Until = expected.Sessions.Max(session => session.ClosesAt),
        KioskId = KioskSignIn.NameOf(kiosk.Id),
        Place = kiosk.Place,
        PersonId = doubt.PersonId,
        OtherId = doubt.OtherId,
        Evidence = JsonSerializer.Serialize(new { distance = doubt.Evidence.Distance, next_distance = doubt.Evidence.NextDistance, frames = doubt.Evidence.FramesFor }),
    };
}

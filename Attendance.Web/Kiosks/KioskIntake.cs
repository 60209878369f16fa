using Attendance.Web.Accounts;
using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Forwarding;
using Attendance.Web.Http;
using Attendance.Web.Schedules;
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
    QrCodes codes,
    CodeAttempts attempts,
    NumberAttempts numbers,
    CheckInService checkIns,
    Doubts doubts,
    IOptions<KioskOptions> options,
    IOptions<CheckInOptions> limits,
    IOptions<LivenessOptions> liveness,
    IOptions<RecognitionOptions> recognition,
    RecognitionMetrics metrics,
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

            // An error stays until people have read it. A welcome ends as soon as the next person is recognized.
            return state.Saying(now) is { IsWelcome: false } said ? (said, null) : await LookAsync(kiosk, state, frame, now, cancellationToken);
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

    /// <summary>
    /// Takes who somebody says they are, where more people are expected than a face is compared with. What comes next is compared with that
    /// person's face only. A number that is nobody's, or of somebody who is not expected or has no pictures, or one that is locked, is answered
    /// alike.
    /// </summary>
    public async Task<KioskAnswer> ClaimAsync(Kiosk kiosk, string number, CancellationToken cancellationToken)
    {
        var claimed = await candidates.ByNumberAsync(kiosk.Place, number, cancellationToken);
        if (claimed is [var person] && await numbers.IsLockedAsync(person.PersonId, cancellationToken))
        {
            claimed = [];
        }

        var state = states.Of(kiosk);
        await state.Gate.WaitAsync(cancellationToken);
        try
        {
            state.Claim(claimed, clock.GetUtcNow() + options.Value.NumberLasts);
            return new KioskAnswer("looking");
        }
        finally
        {
            state.Gate.Release();
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
        var welcome = state.Saying(now);
        var expected = state.Expected(now) ?? state.Expect(await candidates.AtAsync(kiosk.Place, cancellationToken), now);
        if (expected.Sessions.Count == 0)
        {
            return (welcome ?? new KioskAnswer("closed"), null);
        }

        string? text = null;
        var (begun, isChallenging) = (clock.GetTimestamp(), state.Visit.IsChallenging);
        var observation = await observer.ObserveAsync(frame.Jpeg, isChallenging, isChallenging ? null : picture => text = QrReader.Read(picture), recognition.Value.OldestFrame, cancellationToken);
        if (observation is FaceObservation.TooOld)
        {
            return (welcome ?? new KioskAnswer("looking"), null); // the kiosk has newer ones
        }

        metrics.Judged(RecognitionSource.Kiosk);
        if (observation is FaceObservation.Refused refused)
        {
            return (null, EnrollmentProblems.NoPicture(refused.Fault));
        }

        // Somebody who shows a code holds it before the face, or beside it, and may go on holding it while they are welcomed.
        if (text is not null && await codes.EvidenceAsync(text, cancellationToken) is { } evidence && !state.IsWelcoming(evidence.PersonId, now))
        {
            return await RecordUnderLeaseAsync(kiosk, state, frame.Claim, evidence, now, cancellationToken);
        }

        if ((expected.Candidates ?? state.Claimed(now)) is not { } who)
        {
            return (welcome ?? new KioskAnswer("number_first"), null);
        }

        var claimed = expected.Candidates is null && who is [var one] ? one.PersonId : (Guid?)null;
        var step = state.Visit.See(frame.Sequence, now, observation, who, liveness.Value.IsRequired(kiosk.IsStaffed));
        switch (step)
        {
            case VisitStep.Recognized seen when VisitRecords.EvidenceOf(seen, recognition.Value) is { } accepted && !state.IsWelcoming(accepted.PersonId, now):
                if (claimed is { } recognized)
                {
                    await numbers.PassedAsync(recognized, cancellationToken);
                }

                return await RecordUnderLeaseAsync(kiosk, state, frame.Claim, accepted, now, cancellationToken, begun);
            case VisitStep.Asked:
                state.Hush();
                return (KioskAnswer.Of(step), null);
            case var _ when welcome is not null:
                return (welcome, null); // the person who is welcomed may turn away, and must not be told that they are unknown
            case VisitStep.Looking:
                return (KioskAnswer.Of(step), null);
            default:
                await DoubtAsync(kiosk, step, expected.Sessions, claimed, now, cancellationToken);
                Decided(step switch { VisitStep.InDoubt => RecognitionOutcome.Doubt, VisitStep.NotAlive => RecognitionOutcome.NotLive, _ => RecognitionOutcome.Unknown }, begun);
                return (state.Say(step is VisitStep.Recognized ? new KioskAnswer("unknown") : KioskAnswer.Of(step), now + s_refusalShown), null);
        }
    }

    /// <summary>Leaves to operators what a face that was not recognized leaves open.</summary>
    /// <param name="claimed">Whose number was entered before, or null.</param>
    private async Task DoubtAsync(
        Kiosk kiosk, VisitStep step, IReadOnlyList<OpenSession> sessions, Guid? claimed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var source = KioskSignIn.NameOf(kiosk.Id);
        if (step is VisitStep.InDoubt doubt)
        {
            await doubts.AddAsync(VisitRecords.DoubtOf(source, kiosk.Place, doubt.Face, sessions, now), cancellationToken);
        }

        if (claimed is { } person && await numbers.FailedAsync(person, cancellationToken))
        {
            await doubts.AddAsync(VisitRecords.DoubtOf(source, kiosk.Place, person, limits.Value.WrongFaces, sessions, now), cancellationToken);
        }
    }

    /// <summary>Records a check-in if the lease is live at this very moment.</summary>
    /// <param name="begun">For a face: the timestamp at which the frame that decided was decoded, for the metric.</param>
    private async Task<(KioskAnswer?, Problem?)> RecordUnderLeaseAsync(
        Kiosk kiosk, KioskState state, CheckLease claim, CheckInEvidence evidence, DateTimeOffset now, CancellationToken cancellationToken, long? begun = null) =>
        await ProblemOfAsync(claim, cancellationToken) is { } problem
            ? (null, problem)
            : (await RecordAsync(kiosk, state, Guid.CreateVersion7(), evidence, now, cancellationToken, begun), null);

    private async Task<KioskAnswer> RecordAsync(
        Kiosk kiosk, KioskState state, Guid eventId, CheckInEvidence evidence, DateTimeOffset now, CancellationToken cancellationToken, long? begun = null)
    {
        var outcome = await checkIns.RecordAsync(new CheckInRequest(eventId, evidence, kiosk.Place, KioskSignIn.NameOf(kiosk.Id)), cancellationToken);
        if (begun is { } arrived)
        {
            Decided(VisitRecords.OutcomeOf(outcome), arrived);
        }

        state.Visit.Welcomed(evidence.PersonId);
        return state.Say(KioskAnswer.Of(outcome), now + options.Value.Welcome, evidence.PersonId);
    }

    private void Decided(RecognitionOutcome outcome, long begun) => metrics.Decided(RecognitionSource.Kiosk, outcome, clock.GetElapsedTime(begun));
}

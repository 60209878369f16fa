using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Forwarding;
using Attendance.Web.Kiosks;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Doors;

/// <summary>What was seen at a door so far, from one frame to the next. Not thread-safe.</summary>
internal sealed class DoorVisit(KioskVisit visit)
{
    private long _sequence;

    public KioskVisit Visit => visit;

    /// <summary>Until when frames are ignored, after a face was a stranger's or in doubt.</summary>
    public DateTimeOffset RestUntil { get; set; }

    /// <summary>Numbers the frames that are looked at. Those of the camera begin anew when its worker does.</summary>
    public long Next() => ++_sequence;
}

/// <summary>
/// Recognizes people at a door and records what that comes to, as a kiosk does. A frame is looked at and forgotten: none is stored, whoever
/// it shows.
/// </summary>
internal sealed class DoorRecognition(
    IServiceScopeFactory scopes,
    FaceObserver observer,
    FaceMatcher matcher,
    LeaseChecks leases,
    RecognitionMetrics metrics,
    IOptions<LivenessOptions> liveness,
    IOptions<RecognitionOptions> recognition,
    TimeProvider clock)
{
    /// <summary>As long as a kiosk shows that somebody was not recognized.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(3);

    /// <summary>Whether doors may mark people at all. Nobody can be asked for a proof of being there where nobody reads a screen.</summary>
    public bool IsAllowed => !liveness.Value.IsRequired(attended: true);

    public DoorVisit NewVisit() => new(new KioskVisit(matcher, liveness.Value, recognition.Value));

    /// <summary>Returns whom a door may see now.</summary>
    public async Task<Expectation> ExpectAsync(Door door, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<KioskCandidates>().AtAsync(door.Place, cancellationToken);
    }

    /// <param name="jpeg">A frame that came under the lease of this camera.</param>
    /// <param name="cancellationToken">Canceled when the lease has ended, so that nothing is decided on without one.</param>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task SeeAsync(Door door, BorrowedCamera camera, DoorVisit visit, byte[] jpeg, Expectation expected, CancellationToken cancellationToken)
    {
        var (now, begun) = (clock.GetUtcNow(), clock.GetTimestamp());
        if (now < visit.RestUntil && visit.RestUntil - now <= s_rest)
        {
            return;
        }

        var observation = await observer.ObserveAsync(jpeg, withEyes: false, cancellationToken);
        metrics.Judged(RecognitionSource.Door);
        var outcome = visit.Visit.See(visit.Next(), now, observation, expected.Candidates ?? [], mustBeAlive: false) switch
        {
            VisitStep.Recognized recognized => await RecordAsync(door, camera, visit, recognized, cancellationToken),
            VisitStep.InDoubt doubt => await AddDoubtAsync(door, camera, doubt.Face, expected, now, cancellationToken),
            VisitStep.Stranger => RecognitionOutcome.Unknown,
            _ => (RecognitionOutcome?)null,
        };
        if (outcome is { } decided)
        {
            metrics.Decided(RecognitionSource.Door, decided, clock.GetElapsedTime(begun));
            visit.RestUntil = decided is RecognitionOutcome.Doubt or RecognitionOutcome.Unknown ? now + s_rest : now;
        }
    }

    /// <returns>The outcome. Null if the lease is not live, or cannot be shown to be: then nothing was recorded.</returns>
    private async Task<RecognitionOutcome?> RecordAsync(Door door, BorrowedCamera camera, DoorVisit visit, VisitStep.Recognized step, CancellationToken cancellationToken)
    {
        if (VisitRecords.EvidenceOf(step, recognition.Value) is not { } evidence)
        {
            return RecognitionOutcome.Unknown;
        }

        if (await leases.CheckAsync(camera.Claim, cancellationToken) is not LeaseProof.Live)
        {
            return null;
        }

        await using var scope = scopes.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<CheckInService>()
            .RecordAsync(new CheckInRequest(Guid.CreateVersion7(), evidence, door.Place, NameOf(door)), cancellationToken);
        visit.Visit.Welcomed(evidence.PersonId);
        return VisitRecords.OutcomeOf(outcome);
    }

    private async Task<RecognitionOutcome?> AddDoubtAsync(
        Door door, BorrowedCamera camera, FaceDecision.Doubt doubt, Expectation expected, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await leases.CheckAsync(camera.Claim, cancellationToken) is not LeaseProof.Live)
        {
            return null;
        }

        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Doubts>()
            .AddAsync(VisitRecords.DoubtOf(NameOf(door), door.Place, doubt, expected.Sessions, now), cancellationToken);
        return RecognitionOutcome.Doubt;
    }

    /// <summary>Returns the name of a door where kiosks are named: in check-ins and doubts.</summary>
    private static string NameOf(Door door) => $"door-{door.Id:N}";
}

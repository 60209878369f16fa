using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Forwarding;
using Attendance.Web.People;

namespace Attendance.Web.Enrollment;

internal abstract record IntakeOutcome
{
    public sealed record Stored(Shot Shot) : IntakeOutcome;

    public sealed record PersonGone : IntakeOutcome;

    public sealed record ConsentGone : IntakeOutcome;

    public sealed record LeaseEnded(string? Reason) : IntakeOutcome;

    public sealed record Stale : IntakeOutcome;

    /// <summary>It cannot be determined whether the lease is live, so nothing was stored.</summary>
    public sealed record Undecided : IntakeOutcome;
}

/// <summary>
/// Stores a good picture if its lease is live. The lease is checked right before storing and not when the upload began, so a picture is
/// refused if its sender has lost the camera in the meantime.
/// </summary>
internal sealed class ShotIntake(PeopleStore people, ShotStore shots, LeaseChecks leases, TimeProvider clock)
{
    public async Task<IntakeOutcome> StoreAsync(
        Guid personId, ShotForm form, ShotFigures figures, GoodShot good, string accountId, CancellationToken cancellationToken)
    {
        // This check is cheap, and its result is right even if camera-api has lost its data.
        if (await shots.IsLateAsync(form.CameraId, form.FencingToken, cancellationToken))
        {
            return new IntakeOutcome.Stale();
        }

        switch (await leases.CheckAsync(new CheckLease(form.LeaseId, form.CameraId, form.FencingToken), cancellationToken))
        {
            case LeaseProof.Ended ended:
                return new IntakeOutcome.LeaseEnded(ended.Reason);
            case LeaseProof.Stale:
                return new IntakeOutcome.Stale();
            case LeaseProof.Live live:
                var shot = NewShot(personId, form, figures, live, accountId);
                return await shots.TryReplaceAsync(shot, good.Jpeg, good.Embedding, cancellationToken) ? new IntakeOutcome.Stored(shot)
                    : await people.ExistsAsync(personId, cancellationToken) ? new IntakeOutcome.ConsentGone()
                    : new IntakeOutcome.PersonGone();
            default:
                return new IntakeOutcome.Undecided();
        }
    }

    private Shot NewShot(Guid personId, ShotForm form, ShotFigures figures, LeaseProof.Live lease, string accountId)
    {
        var face = figures.Face ?? throw new ArgumentException("A picture without a face is not good.", nameof(figures));
        return new()
        {
            PersonId = personId,
            Pose = form.Pose,
            TakenAt = clock.GetUtcNow().UtcDateTime,
            TakenBy = accountId,
            Manual = form.Manual,
            Width = figures.Width,
            Height = figures.Height,
            Sharpness = face.Sharpness,
            Brightness = face.Brightness,
            Size = face.Size,
            Yaw = face.Yaw,
            Pitch = face.Pitch,
            CameraId = form.CameraId,
            LeaseRef = lease.LeaseRef,
            FencingToken = form.FencingToken,
        };
    }
}

using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Ends leases, in three steps: device, proof, store. The device comes first, so that no session is granted a camera that
/// is still physically busy. While others share the camera, it stays open, and only the store is told.
/// </summary>
internal sealed partial class LeaseRelease(
    LeaseRegistry registry,
    Quarantines quarantines,
    UnconfirmedReleases pending,
    CameraQuality quality,
    LeaseMetrics metrics,
    CameraEvents events,
    TimeProvider clock,
    ILogger<LeaseRelease> logger)
{
    /// <summary>The reason for ending a lease that the store no longer lists as this node's.</summary>
    public static readonly LeaseEnd EndedInTheStore = new(ReleaseReason.NodeLost, "ended in the store");

    /// <summary>Raised when a granted lease has ended, before its camera is closed. Handlers must not block.</summary>
    public event Action<CameraLease, LeaseEnd>? Ended;

    /// <summary>Ends the lease, if it has not ended yet, and waits until its camera is free or in quarantine.</summary>
    /// <param name="movedTo">The same lease on the camera where it continues, if only the old camera is given back.</param>
    public Task<CloseOutcome> EndAsync(CameraLease lease, LeaseEnd end, CameraLease? movedTo = null)
    {
        if (!lease.TryEnd(end, movedTo))
        {
            if (lease.MovedTo is { } next && end.Reason.IsOfHolder())
            {
                return EndAsync(next, end); // the lease has just moved; its holder gives it back wherever it is now
            }
        }
        else
        {
            if (lease.Stored.WasGranted)
            {
                Ended?.Invoke(lease, end);
            }

            _ = ReleaseAsync(lease, end);
        }

        return lease.Released;
    }

    /// <summary>Releases the camera. Runs once for each lease. Whatever fails, the slot is left at the end.</summary>
    private async Task ReleaseAsync(CameraLease lease, LeaseEnd end)
    {
        if (await ReleaseInSpanAsync(lease, end) is { } quarantine)
        {
            await quarantines.EndAsync(lease.Slot, quarantine);
        }
    }

    private async Task<Quarantine?> ReleaseInSpanAsync(CameraLease lease, LeaseEnd end)
    {
        var started = clock.GetTimestamp();
        using var activity = CameraApiActivity.Start(SpanNames.Release, lease.Origin)
            .ForCamera(lease.Slot.Camera)
            ?.SetTag(TelemetryAttributes.ReleaseReason, end.Reason.Name());

        await lease.Settled;
        registry.End(lease, end);
        CloseOutcome outcome = new CloseOutcome.Free();
        var told = Task.CompletedTask;
        var use = lease.Slot.LeaveUse();
        try
        {
            if (use is not null)
            {
                outcome = await use.CloseAsync();
                if (use.Capture is { } capture)
                {
                    quality.Keep(lease.Slot.Camera, capture.Frames);
                }
            }

            if (!lease.IsProbe)
            {
                told = pending.ReleaseAsync(lease.Stored, end);
            }

            // The next waiter's request reaches the store after this one, on the same connection, so it need not wait for the reply.
            if (!lease.Slot.IsAwaited)
            {
                await told;
            }
        }
        catch (Exception exception)
        {
            activity.Failed(exception.GetType().Name);
            LogReleaseFailed(lease.CameraId, exception);
        }

        var quarantine = outcome is CloseOutcome.NotFree notFree ? new Quarantine(notFree.Cause, clock.GetUtcNow(), notFree) : null;
        var name = quarantine is not null ? "quarantined" : use is null ? "shared" : "free";
        Report(lease, end, quarantine, name, clock.GetElapsedTime(started));
        activity?.SetTag(TelemetryAttributes.ReleaseOutcome, name);
        lease.Slot.Leave(lease, quarantine);
        await told;
        lease.MarkReleased(outcome);
        registry.Leave(lease);

        return quarantine;
    }

    private void Report(CameraLease lease, LeaseEnd end, Quarantine? quarantine, string outcome, TimeSpan took)
    {
        if (quarantine is not null)
        {
            quarantines.Begin(lease, quarantine);
        }

        if (lease.Stored.WasGranted)
        {
            lease.Slot.LastEnd = (end, clock.GetUtcNow());
            metrics.Ended(lease.CameraId, end.Reason, lease.Outcome, lease.Held);
            metrics.Freed(lease.CameraId, end.Reason, outcome, took);
            events.Tell(CameraEventType.LeaseEnded, lease.CameraId, lease.Ref, end.ToString());
            LogReleased(lease.CameraId, lease.Ref, end.ToString(), lease.Held.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} released: lease {LeaseRef}, {Reason}, held {Seconds:0.0} s")]
    private partial void LogReleased(string cameraId, string leaseRef, string reason, double seconds);

    [LoggerMessage(LogLevel.Error, "Releasing camera {CameraId} failed")]
    private partial void LogReleaseFailed(string cameraId, Exception exception);
}

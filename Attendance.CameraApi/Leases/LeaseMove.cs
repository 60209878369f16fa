using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Moves leases to other cameras. A lease is first granted and opened on the other camera, and then, in one step, ended on its old one.
/// So the session always has exactly one of the cameras, each camera has its own holder and end, and a failed move changes nothing.
/// </summary>
internal sealed partial class LeaseMove(
    LeaseRegistry registry,
    LeaseGrant grant,
    LeaseOpening opening,
    LeaseRelease release,
    LeaseStore store,
    ClosingNode closing,
    LeaseMetrics metrics,
    CameraEvents events,
    ILogger<LeaseMove> logger)
{
    /// <summary>Moves a lease to a free camera. It keeps its id, session and remaining time, and gets that camera's fencing token.</summary>
    /// <returns><see langword="false"/> if another lease has that camera, or the lease has ended.</returns>
    /// <exception cref="CameraUnavailableException">That camera does not open.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is granted without the store.</exception>
    public async Task<bool> TryMoveAsync(CameraLease lease, CameraSlot to)
    {
        var next = lease.BeginMoveTo(to);
        if (closing.IsClosing || !to.TryEnter(next))
        {
            return false;
        }

        using var activity = CameraApiActivity.Start(SpanNames.Acquire, lease.Origin)
            .ForCamera(to.Camera);
        await using var together = lease.Ended.Register(() => EndTogether(lease, next));
        var name = "failed";
        try
        {
            var outcome = await opening.OpenAsync(next, ArriveAsync, CancellationToken.None);
            name = outcome is AcquireOutcome.Granted ? next.Outcome : outcome.Name;
            return outcome is AcquireOutcome.Granted;
        }
        catch (Exception exception)
        {
            activity.Failed(exception.ErrorType());
            throw;
        }
        finally
        {
            activity?.SetTag(TelemetryAttributes.LeaseOutcome, name);
            metrics.Asked(to.Camera.Id, name);
        }

        async Task<AcquireOutcome?> ArriveAsync(CameraLease arriving, CancellationToken cancellationToken)
        {
            if (await grant.TryAsync(arriving) is { } refused)
            {
                return refused;
            }

            await opening.OpenGrantedAsync(arriving, cancellationToken);
            var remaining = lease.Remaining;
            if (remaining <= TimeSpan.Zero || !await store.ForScope(arriving.Stored.Scope).RenewAsync(arriving.Stored, arriving.Ttl, remaining) || !arriving.TryArrive(remaining))
            {
                await release.EndAsync(arriving, lease.End ?? LeaseRelease.EndedInTheStore);
                return new AcquireOutcome.Ended(arriving.End!.Value);
            }

            registry.Replace(lease, arriving);
            _ = release.EndAsync(lease, new LeaseEnd(ReleaseReason.DeviceLost, $"moved to {arriving.CameraId}"), arriving);
            if (lease.MovedTo != arriving)
            {
                EndTogether(lease, arriving);
                return new AcquireOutcome.Ended(arriving.End!.Value);
            }

            events.Tell(CameraEventType.LeaseMoved, arriving.CameraId, arriving.Ref, $"from {lease.CameraId}");
            LogMoved(arriving.Ref, lease.CameraId, arriving.CameraId, arriving.FencingToken);
            return null;
        }
    }

    /// <summary>Ends the arriving lease too if the original lease ends while it is being moved.</summary>
    private void EndTogether(CameraLease lease, CameraLease arriving)
    {
        if (lease is { End: { } end, MovedTo: null })
        {
            _ = release.EndAsync(arriving, end);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Lease {LeaseRef} has moved from camera {FromCameraId}, which was lost, to {CameraId}, token {FencingToken}")]
    private partial void LogMoved(string leaseRef, string fromCameraId, string cameraId, long fencingToken);
}

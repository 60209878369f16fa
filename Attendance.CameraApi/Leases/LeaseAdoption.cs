using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Leases;

/// <summary>Continues leases that an earlier run of this node began.</summary>
internal sealed partial class LeaseAdoption(
    LeaseFactory leases, LeaseRegistry registry, LeaseGrant grant, LeaseOpening opening, ClosingNode closing, LeaseMetrics metrics, ILogger<LeaseAdoption> logger)
{
    /// <summary>Opens the camera of a lease that an earlier run of this node began, under the same lease.</summary>
    /// <param name="failover">The failover requirements of the original request, or null if it had none.</param>
    /// <returns><see langword="false"/> if another lease has the camera by now, or this node is stopping.</returns>
    public bool TryAdopt(CameraSlot slot, FoundLease found, CameraRequirements? failover = null)
    {
        var lease = leases.Create(slot, new AcquireOptions(found.Lease.SessionHash, found.Ttl, Failover: failover, Mode: found.Lease.Mode, Role: found.Lease.Role));
        if (closing.IsClosing || !slot.TryEnter(lease, isContinued: true))
        {
            return false;
        }

        registry.Add(lease);
        lease.Adopt(found);
        grant.Begin(lease);
        metrics.Asked(lease.CameraId, "adopted");
        LogAdopted(lease.CameraId, lease.Ref);
        _ = ReopenAsync(lease);
        return true;
    }

    private async Task ReopenAsync(CameraLease lease)
    {
        using var activity = LeaseSpans.StartAcquire(lease.Slot.Camera, lease.Mode);
        activity?.SetTag(TelemetryAttributes.LeaseOutcome, lease.Outcome);
        lease.Origin = activity?.Context ?? default;
        try
        {
            await opening.OpenAsync(lease, OpenAsync, CancellationToken.None);
        }
        catch (Exception exception)
        {
            activity.Failed(exception.ErrorType());
            LogNotReopened(lease.CameraId, exception.Message);
        }

        async Task<AcquireOutcome?> OpenAsync(CameraLease granted, CancellationToken cancellationToken)
        {
            await opening.OpenGrantedAsync(granted, cancellationToken);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "Camera {CameraId} is reopened under lease {LeaseRef}, which an earlier run of this node granted")]
    private partial void LogAdopted(string cameraId, string leaseRef);

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} could not be reopened: {Error}")]
    private partial void LogNotReopened(string cameraId, string error);
}

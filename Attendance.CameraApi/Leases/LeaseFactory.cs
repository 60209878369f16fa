using Attendance.CameraApi.Node;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Leases;

/// <summary>Creates leases for requests, and ends them when their time is over.</summary>
internal sealed class LeaseFactory(LeaseRelease release, IOptions<LeaseOptions> options, IOptions<NodeOptions> node, TimeProvider clock)
{
    public CameraLease Create(CameraSlot slot, AcquireOptions acquireOptions) => new(
        slot, node.Value.Name, acquireOptions.SessionHash, acquireOptions.Ttl ?? options.Value.Ttl, options.Value.MaxHold, clock, Expire, acquireOptions.Mode, acquireOptions.Role)
    {
        FailoverTo = acquireOptions.Failover,
    };

    private void Expire(CameraLease lease, LeaseEnd end)
    {
        using var activity = CameraApiActivity.Start(SpanNames.Expire, lease.Origin);
        activity?.SetTag(TelemetryAttributes.CameraId, lease.CameraId).SetTag(TelemetryAttributes.ReleaseReason, end.Reason.Name());
        _ = release.EndAsync(lease, end);
    }
}

using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Forwards a request for a shared camera that another node acquired first. The request goes on to that node and may wait there.
/// </summary>
internal sealed class SharedCameraForwarding(NodeRegistry nodes, NodeForwarder forwarder)
{
    /// <returns>The forwarded request, or null if the outcome itself is the answer.</returns>
    public IResult? TryForward(HttpContext context, AcquireOutcome outcome) =>
        outcome is AcquireOutcome.InUse { Node: { } name } && !nodes.IsSelf(name) && Routing.MayGoOn(context)
            && nodes.TryGetUp(name, out var holder)
                ? new Forwarded(forwarder, holder)
                : null;
}

using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Cluster;

/// <summary>A camera that is shared, and that another node was quicker to get: whoever wants it goes on to that node, and may wait there.</summary>
internal sealed class Elsewhere(NodeRegistry nodes, NodeForwarder forwarder)
{
    /// <returns>Null where the outcome is the answer.</returns>
    public IResult? Find(HttpContext context, AcquireOutcome outcome) =>
        outcome is AcquireOutcome.InUse { Node: { } name } && !nodes.IsSelf(name) && Routing.MayGoOn(context)
            && nodes.TryGetUp(name, out var holder)
                ? new Forwarded(forwarder, holder)
                : null;
}

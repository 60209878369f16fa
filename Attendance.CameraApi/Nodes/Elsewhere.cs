using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Nodes;

/// <summary>A camera that is shared, and that another node was quicker to get: whoever wants it goes on to that node, and may wait there.</summary>
internal sealed class Elsewhere(NodeRegistry nodes, NodeForwarder forwarder)
{
    /// <returns>Null where the outcome is the answer.</returns>
    public IResult? Find(HttpContext context, AcquireOutcome outcome) =>
        outcome is AcquireOutcome.InUse { Node: { } name } && !nodes.IsSelf(name) && Routing.MayGoOn(context)
            && nodes.TryGet(name, out var holder) && holder.Address is not null && !nodes.IsLost(holder)
                ? new Forwarded(forwarder, holder)
                : null;

    private sealed class Forwarded(NodeForwarder forwarder, NodeEntry holder) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Request.Body.Position = 0; // read here already
            return forwarder.ForwardAsync(httpContext, holder);
        }
    }
}

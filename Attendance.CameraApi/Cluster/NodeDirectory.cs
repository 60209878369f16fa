using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Finds the node that answers a request. A lease's id names its node. A camera is answered by the node that owns it. If several
/// nodes own a camera of the same id, this node's own comes first, then the first reachable node by name, unless the query says
/// <c>node</c>. A shared camera is answered by its holder or, while nobody holds it, by the reachable node with the fewest leases.
/// </summary>
internal sealed class NodeDirectory(CameraCatalog catalog, CameraSlots slots, LeaseStore store, CameraOwners owners, NodeRegistry nodes)
{
    /// <summary>Limit on nodes tried for a request, because each one that does not answer costs a second.</summary>
    private const int MostTried = 3;

    private static readonly RouteTarget s_here = new RouteTarget.Here();

    public async ValueTask<RouteTarget> FindAsync(HttpContext context, RoutedBy by)
    {
        var request = context.Request;
        if (request.Query.TryGetValue("node", out var named))
        {
            // With 'best', the node is a requirement on the camera and is checked with the other requirements.
            return request.Query.ContainsKey("best") ? AtNodeIfKnown(named.ToString())
                : IdFormats.IsName(named) ? AtNode(named.ToString())
                : throw new RequestException("node", IdFormats.NameRule);
        }

        switch (by)
        {
            case RoutedBy.Node:
                return s_here;
            case RoutedBy.Camera:
                return await OfCameraAsync((string)request.RouteValues["cameraId"]!);
            case RoutedBy.Lease:
                return OfLease((string)request.RouteValues["leaseId"]!);
            case RoutedBy.LeaseOfQuery:
                return OfLease(request.Query["lease"].ToString());
            case RoutedBy.LeaseOfBody:
                return JsonBody.FindText(request, "lease_id") is { } leaseId ? OfLease(leaseId) : s_here;
            default:
                return JsonBody.FindText(request, "camera_id") switch
                {
                    null => s_here,
                    CameraChoice.Auto => JsonBody.FindText(request, "requirements", "node") is { } node ? AtNodeIfKnown(node) : s_here,
                    var cameraId => await OfCameraAsync(cameraId),
                };
        }
    }

    /// <summary>
    /// Finds the node for a camera that several nodes can open. The store records which node holds it; the next request for it is
    /// forwarded to that node and waits there.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The holder is not known because the store does not answer.</exception>
    public async Task<RouteTarget> OfSharedAsync(string cameraId, string scope)
    {
        if (nodes.IsAlone || (slots.TryGet(cameraId, out var slot) && (!slot.IsEmpty || slot.IsAwaited)))
        {
            return s_here;
        }

        if (await store.ForScope(scope).ReadAsync(cameraId) is [var held, ..])
        {
            return nodes.TryGet(held.Node, out var holder) && !nodes.IsLost(holder) ? At(holder) : s_here;
        }

        if (IdFormats.IsBrowserCamera(cameraId))
        {
            return s_here; // the browser's page called this node, and its socket will connect to this node too
        }

        var sharing = await owners.FindAsync(cameraId);
        var hasIt = catalog.Find(cameraId) is not null;
        var idlest = nodes.Up.Where(other => sharing.Contains(other.Node) && (!hasIt || other.Held < nodes.Held))
            .OrderBy(other => other.Held).Take(MostTried).ToList();
        return idlest.Count > 0 ? new RouteTarget.AnyOf(idlest, OrHere: hasIt) : s_here;
    }

    private async ValueTask<RouteTarget> OfCameraAsync(string cameraId)
    {
        if (nodes.IsAlone)
        {
            return s_here;
        }

        var camera = IdFormats.IsBrowserCamera(cameraId) ? BrowserCamera.Create(cameraId) : catalog.Find(cameraId);
        if (camera is { Scope: { } scope })
        {
            return await OfSharedAsync(cameraId, scope);
        }

        return camera is not null || !IdFormats.IsName(cameraId) ? s_here : await OfOthersAsync(cameraId);
    }

    private async Task<RouteTarget> OfOthersAsync(string cameraId)
    {
        var known = new List<NodeEntry>();
        foreach (var name in await owners.FindAsync(cameraId))
        {
            if (nodes.TryGet(name, out var owner))
            {
                known.Add(owner);
            }
        }

        List<NodeEntry> up = [.. known.Where(nodes.IsUp).Take(MostTried)];
        return up.Count > 0 ? new RouteTarget.AnyOf(up, OrHere: false)
            : known.Count > 0 ? At(known[^1])
            : s_here;
    }

    private RouteTarget OfLease(string leaseId)
    {
        if (Identifiers.NodeOfLease(leaseId) is not { } name || nodes.IsSelf(name) || !nodes.TryGet(name, out var entry))
        {
            return s_here; // or the lease's node is unknown: such a lease has ended, if it ever existed
        }

        return nodes.IsLost(entry)
            ? new RouteTarget.Nowhere(LeaseProblems.LeaseEnded(new LeaseEnd(ReleaseReason.NodeLost)))
            : At(entry);
    }

    private RouteTarget AtNodeIfKnown(string name) => nodes.TryGet(name, out var entry) ? At(entry) : s_here;

    private RouteTarget AtNode(string name) => nodes.IsSelf(name) ? s_here
        : nodes.TryGet(name, out var entry) ? At(entry)
        : new RouteTarget.Nowhere(new Problem(StatusCodes.Status404NotFound, ProblemCodes.UnknownNode, "No node has this name."));

    private RouteTarget At(NodeEntry entry) => !nodes.IsUp(entry)
        ? new RouteTarget.Nowhere(NodeForwarder.Unreachable(entry.Node))
        : new RouteTarget.AnyOf([entry], OrHere: false);
}

using Microsoft.AspNetCore.Http.Features;

namespace Attendance.CameraApi.Cluster;

/// <summary>What determines the node that answers a request to an endpoint.</summary>
internal enum RoutedBy
{
    /// <summary>The node that the query names, or this node if it names none.</summary>
    Node,

    /// <summary>The camera of the path.</summary>
    Camera,

    /// <summary>The lease of the path.</summary>
    Lease,

    /// <summary>The lease of the query. Its node shows the pictures, even if several nodes share the camera.</summary>
    LeaseOfQuery,

    /// <summary>The lease of the body.</summary>
    LeaseOfBody,

    /// <summary>The camera of the body, which a session wants to acquire.</summary>
    WishOfBody,
}

internal static class RoutedEndpoints
{
    /// <summary>Lets any node be asked: the request is forwarded to the node that has the camera or lease.</summary>
    public static TBuilder Routed<TBuilder>(this TBuilder builder, RoutedBy by) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Routed(by));
}

internal sealed record Routed(RoutedBy By);

/// <summary>Forwards a request before its endpoint runs, if another node has to answer it.</summary>
internal sealed class Routing(RequestDelegate next, NodeDirectory directory, NodeForwarder forwarder)
{
    private const int MaxHops = 2;

    public async Task InvokeAsync(HttpContext context)
    {
        var routed = context.GetEndpoint()?.Metadata.GetMetadata<Routed>();
        if (routed is not null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            await JsonBody.KeepAsync(context.Request, context.RequestAborted); // so that it can be read here and forwarded, perhaps more than once
        }

        if (routed is null || Peers.Hops(context.Request) > 0)
        {
            await next(context);
            return;
        }

        switch (await directory.FindAsync(context, routed.By))
        {
            case RouteTarget.AnyOf any:
                await AnswerByAnyAsync(context, any);
                break;
            case RouteTarget.Nowhere nowhere:
                await nowhere.Answer.ExecuteAsync(context);
                break;
            default:
                await next(context);
                break;
        }
    }

    /// <summary>
    /// Whether a request may be forwarded once more, because another node acquired the camera while it was requested here.
    /// </summary>
    public static bool MayGoOn(HttpContext context) => Peers.Hops(context.Request) < MaxHops;

    /// <summary>Forwards to the first node that can be reached, because a dead node is not known to be dead for a while.</summary>
    private async Task AnswerByAnyAsync(HttpContext context, RouteTarget.AnyOf any)
    {
        foreach (var node in any.Nodes)
        {
            if (await forwarder.TryForwardAsync(context, node))
            {
                return;
            }

            if (node == any.Nodes[^1] && !any.OrHere)
            {
                await NodeForwarder.Unreachable(node.Node).ExecuteAsync(context);
                return;
            }

            if (context.Request.Body.CanSeek)
            {
                context.Request.Body.Position = 0;
            }
        }

        await next(context);
    }
}

internal abstract record RouteTarget
{
    public sealed record Here : RouteTarget;

    /// <summary>Any of these nodes can answer. The best comes first, and there is at least one.</summary>
    /// <param name="OrHere">Whether this node answers if none of them can be reached.</param>
    public sealed record AnyOf(IReadOnlyList<NodeEntry> Nodes, bool OrHere) : RouteTarget;

    public sealed record Nowhere(IResult Answer) : RouteTarget;
}

using Attendance.CameraApi.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Attendance.CameraApi.Cluster;

/// <summary>How an endpoint says whose answer it is.</summary>
internal enum RoutedBy
{
    /// <summary>Only the node that the query names, if it does.</summary>
    Node,

    /// <summary>The camera of the path.</summary>
    Camera,

    /// <summary>The lease of the path.</summary>
    Lease,

    /// <summary>The lease of the query: who has it shows the pictures, also of a camera that several nodes share.</summary>
    LeaseOfQuery,

    /// <summary>The lease of the body.</summary>
    LeaseOfBody,

    /// <summary>The camera of the body, which somebody wants to have.</summary>
    WishOfBody,
}

internal static class RoutedEndpoints
{
    /// <summary>Any node can be asked: it has the one answer whose camera or lease it is.</summary>
    public static TBuilder Routed<TBuilder>(this TBuilder builder, RoutedBy by) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Routed(by));
}

internal sealed record Routed(RoutedBy By);

/// <summary>Before an endpoint runs: sends the request on, if another node is the one to answer it.</summary>
internal sealed class Routing(RequestDelegate next, NodeDirectory directory, NodeForwarder forwarder)
{
    private const int MaxHops = 2;

    public async Task InvokeAsync(HttpContext context)
    {
        var routed = context.GetEndpoint()?.Metadata.GetMetadata<Routed>();
        if (routed is not null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            await JsonBody.KeepAsync(context.Request, context.RequestAborted); // to be read here, and sent on, perhaps more than once
        }

        if (routed is null || Peers.Hops(context.Request) > 0)
        {
            await next(context);
            return;
        }

        switch (await directory.FindAsync(context, routed.By))
        {
            case Whereabouts.AnyOf any:
                await AnswerByAnyAsync(context, any);
                break;
            case Whereabouts.Nowhere nowhere:
                await nowhere.Answer.ExecuteAsync(context);
                break;
            default:
                await next(context);
                break;
        }
    }

    /// <summary>For a camera that, while it was asked for here, another node was quicker to get.</summary>
    public static bool MayGoOn(HttpContext context) => Peers.Hops(context.Request) < MaxHops;

    /// <summary>By the first that is reached: for a while nobody knows of a dead node that it is.</summary>
    private async Task AnswerByAnyAsync(HttpContext context, Whereabouts.AnyOf any)
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

internal abstract record Whereabouts
{
    public sealed record Here : Whereabouts;

    /// <summary>Any of these, best first; at least one.</summary>
    /// <param name="OrHere">Where none of them is reached.</param>
    public sealed record AnyOf(IReadOnlyList<NodeEntry> Nodes, bool OrHere) : Whereabouts;

    public sealed record Nowhere(IResult Answer) : Whereabouts;
}

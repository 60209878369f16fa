using Attendance.CameraApi.Http;

namespace Attendance.CameraApi.Nodes;

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
        if (routed is { By: RoutedBy.WishOfBody or RoutedBy.LeaseOfBody })
        {
            context.Request.EnableBuffering(JsonBody.MaxLength); // to be read here, and sent on
        }

        if (routed is null || Peers.Hops(context.Request) > 0)
        {
            await next(context);
            return;
        }

        switch (await directory.FindAsync(context, routed.By))
        {
            case Whereabouts.Node there:
                await forwarder.ForwardAsync(context, there.Entry);
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
}

internal abstract record Whereabouts
{
    public sealed record Here : Whereabouts;

    public sealed record Node(NodeEntry Entry) : Whereabouts;

    public sealed record Nowhere(IResult Answer) : Whereabouts;
}

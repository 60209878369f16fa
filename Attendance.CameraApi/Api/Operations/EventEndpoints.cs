using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Upkeep;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api.Operations;

/// <summary><c>GET /api/events</c>: what happens at all nodes, as it happens; with <c>live=true</c> also how everything is.</summary>
internal static class EventEndpoints
{
    public const string LastEventId = "Last-Event-ID";

    /// <summary>What came in between at a node is not known.</summary>
    public const string Reset = "reset";

    public static readonly TimeSpan Pulse = TimeSpan.FromSeconds(5);

    /// <summary>Says nothing but, by its id, where the listener stands.</summary>
    private const string Position = "position";

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/events", StreamAsync).WithName("streamEvents").WithTags("Operations").Routed(RoutedBy.Node).Produces(200, contentType: "text/event-stream").ProducesProblem(404)
        .WithSummary("Server-Sent Events of all nodes; 'node' asks one. Last-Event-ID resumes, at any node; 'live=true' begins with a snapshot of each node and adds what changes.");

    private static async Task StreamAsync(
        HttpContext context, bool? live, CameraEvents events, IOptions<NodeOptions> node, IServiceProvider services, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var last = context.Request.Headers[LastEventId].ToString();
        var isResumed = last.Length > 0;
        var answersForItself = Peers.AnswersForItself(context.Request);
        var heard = EventPositions.Parse(last);
        using var listener = events.Listen(isResumed ? heard.Of(node.Value.Name) ?? EventPosition.Unknown : null);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that collects would make news old
        using var stream = new EventStream(context.Response.Body, heard, over.Token);
        try
        {
            await stream.BeginAsync();
            if (listener.HasMissed)
            {
                await stream.SendAsync(Reset, new { Node = node.Value.Name });
            }

            await stream.TellAsync(listener.Start, Position, new { });
            var others = answersForItself ? null : ActivatorUtilities.CreateInstance<FollowedNodes>(services, stream, live == true, isResumed);
            var view = live != true ? null
                : others is null ? ActivatorUtilities.CreateInstance<LiveView>(services, stream)
                : ActivatorUtilities.CreateInstance<LiveView>(services, stream, others);
            await Task.WhenAll(
                UntilOverAsync(TellAsync(listener, stream, node.Value.Name, over.Token), over),
                UntilOverAsync(PulseAsync(stream, isAskedByNode: Peers.Hops(context.Request) > 0, clock, over.Token), over),
                UntilOverAsync(others?.RunAsync(over.Token), over),
                UntilOverAsync(view?.RunAsync(over.Token), over));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Whoever listened is gone, or the node stops.
        }
    }

    /// <summary>All parts write to the same, so none goes on without the others.</summary>
    private static async Task UntilOverAsync(Task? part, CancellationTokenSource over)
    {
        if (part is null)
        {
            return;
        }

        try
        {
            await part;
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static async Task TellAsync(CameraEvents.Listener listener, EventStream stream, string node, CancellationToken cancellationToken)
    {
        var number = listener.Start.Number;
        await foreach (var told in listener.ReadAllAsync(cancellationToken))
        {
            if (told.Id.Number != number + 1)
            {
                await stream.SendAsync(Reset, new { Node = node }); // it reads too slowly, and what it did not read was dropped
            }

            number = told.Id.Number;
            await stream.TellAsync(told.Id, told.Type.Name(), told);
        }
    }

    /// <summary>Nothing may have been said for a while: proxies cut what is silent, and another node takes it for gone.</summary>
    private static async Task PulseAsync(EventStream stream, bool isAskedByNode, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pulse, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await (isAskedByNode ? stream.SendAsync(FollowedNodes.Alive, new { }) : stream.CommentAsync());
        }
    }
}

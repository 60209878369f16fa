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

/// <summary>
/// Serves <c>GET /api/events</c>, which streams the events of all nodes as they happen; with <c>live=true</c> also the current state.
/// </summary>
internal static class EventEndpoints
{
    public const string LastEventId = "Last-Event-ID";

    /// <summary>The event that says that events of a node may have been missed and are no longer known.</summary>
    public const string Reset = "reset";

    public static readonly TimeSpan Pulse = TimeSpan.FromSeconds(5);

    /// <summary>An event without data, whose id gives the listener its position.</summary>
    private const string Position = "position";

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/events", StreamAsync).WithName("streamEvents").WithTags("Operations").Routed(RoutedBy.Node).Produces(200, contentType: "text/event-stream").ProducesProblem(404)
        .WithSummary("Streams Server-Sent Events of all nodes; 'node' limits them to one. Last-Event-ID resumes at any node; 'live=true' begins with a snapshot of each node and adds what changes.");

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
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that buffers would delay the events
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
            // The listener is gone, or the node stops.
        }
    }

    /// <summary>Runs one part of the stream, and ends the others with it, because all parts write to the same stream.</summary>
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
                await stream.SendAsync(Reset, new { Node = node }); // the listener reads too slowly, so events were dropped
            }

            number = told.Id.Number;
            await stream.TellAsync(told.Id, told.Type.Name(), told);
        }
    }

    /// <summary>Writes something regularly, because proxies cut silent connections and another node considers a silent node gone.</summary>
    private static async Task PulseAsync(EventStream stream, bool isAskedByNode, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pulse, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await (isAskedByNode ? stream.SendAsync(FollowedNodes.Alive, new { }) : stream.CommentAsync());
        }
    }
}

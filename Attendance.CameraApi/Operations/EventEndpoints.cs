using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Operations;

/// <summary><c>GET /api/events</c>: what happens, as it happens; with <c>live=true</c> also how everything is.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/events", StreamAsync).WithTags("Operations").Produces(200, contentType: "text/event-stream")
        .WithSummary("Server-Sent Events. Last-Event-ID resumes; 'live=true' begins with a snapshot and adds what changes.");

    private static async Task StreamAsync(
        HttpContext context, bool? live, CameraEvents events, IServiceProvider services, IHostApplicationLifetime lifetime)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        using var listener = events.Listen(last.Length > 0 ? EventPosition.Parse(last) ?? new EventPosition("", 0) : null);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that collects would make news old
        using var stream = new EventStream(context.Response.Body, over.Token);
        try
        {
            await stream.BeginAsync();
            if (listener.HasMissed)
            {
                await stream.SendAsync("reset", new { });
            }

            var view = live == true ? ActivatorUtilities.CreateInstance<LiveView>(services, stream) : null;
            await Task.WhenAll(TellAsync(listener, stream, over), view?.RunAsync(over.Token) ?? Task.CompletedTask);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Whoever listened is gone, or the node stops.
        }
    }

    private static async Task TellAsync(CameraEvents.Listener listener, EventStream stream, CancellationTokenSource over)
    {
        try
        {
            await foreach (var told in listener.ReadAllAsync(over.Token))
            {
                await stream.SendAsync(told.Type.Name(), told, told.Id.ToString());
            }
        }
        finally
        {
            await over.CancelAsync(); // the other one writes to the same, so it ends too
        }
    }
}

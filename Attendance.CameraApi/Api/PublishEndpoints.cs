using System.Net.WebSockets;
using System.Text.Json;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Api;

/// <summary>
/// A WebSocket by which a page publishes its own camera as JPEGs, under its lease of that camera, where WebRTC does not pass. A browser can send no
/// header with a WebSocket and reads no refusal of one, so the lease comes in the first message, and what is wrong is the reason of the close.
/// </summary>
internal static class PublishEndpoints
{
    private const string Protocol = "attendance.publish.v1";
    private const int LongestFirst = 256;
    private static readonly TimeSpan s_firstWithin = TimeSpan.FromSeconds(5), s_closesWithin = TimeSpan.FromMilliseconds(500);

    public static void MapPublishing(this IEndpointRouteBuilder routes) => routes
        .MapMethods("/api/cameras/{cameraId}/publish", SocketRequests.Methods, OpenAsync).WithName("publishPictures").WithTags("Live").Routed(RoutedBy.Camera)
        .Produces(StatusCodes.Status101SwitchingProtocols).ProducesProblem(400).ProducesProblem(503)
        .WithSummary("Opens a WebSocket by which a browser's camera is published as JPEGs, as a camera of the catalog. The first message has the lease.");

    private static Task<IResult> OpenAsync(string cameraId, HttpContext context) =>
        SocketRequests.ServeAsync(context, Protocol, async socket => await CloseAsync(socket, await PublishAsync(cameraId, socket, context.RequestServices)));

    /// <returns>The code of the problem for which it is not published, or not any more; null if there is none.</returns>
    private static async Task<string?> PublishAsync(string cameraId, WebSocket socket, IServiceProvider services)
    {
        if (await LeaseOfAsync(socket) is not { } leaseId)
        {
            return ProblemCodes.LeaseRequired;
        }

        if (LiveRequests.FindToPublish(services.GetRequiredService<CameraLeases>(), cameraId, leaseId) is not { } lease)
        {
            return ProblemCodes.LeaseEnded;
        }

        using var publisher = new PicturePublisher(socket, services.GetRequiredService<TimeProvider>());
        var isPublished = await services.GetRequiredService<Publications>().PublishAsync(lease, publisher);
        if (lease.End is not null)
        {
            return ProblemCodes.LeaseEnded;
        }

        if (isPublished)
        {
            return null;
        }

        services.GetRequiredService<ReachedLimits>().Count("publishers");
        return ProblemCodes.TooManyPublishers;
    }

    private static async Task<string?> LeaseOfAsync(WebSocket socket)
    {
        using var patience = new CancellationTokenSource(s_firstWithin);
        try
        {
            var buffer = new byte[LongestFirst];
            var first = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            return first is { MessageType: WebSocketMessageType.Text, EndOfMessage: true }
                && JsonSerializer.Deserialize<PublishUnderLease>(buffer.AsSpan(0, first.Count), WireJson.Requests) is { LeaseId: { } id } && IdFormats.IsLease(id) ? id : null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or JsonException or IOException)
        {
            return null;
        }
    }

    private static async Task CloseAsync(WebSocket socket, string? refusal)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var patience = new CancellationTokenSource(s_closesWithin);
        try
        {
            await socket.CloseAsync(refusal is null ? WebSocketCloseStatus.NormalClosure : WebSocketCloseStatus.PolicyViolation, refusal, patience.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            // The page is gone.
        }
    }
}

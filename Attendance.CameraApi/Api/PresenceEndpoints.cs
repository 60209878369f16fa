using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Sessions;
using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api;

internal static class PresenceEndpoints
{
    // GET opens a socket over HTTP/1.1, CONNECT over HTTP/2.
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Connect];

    public static void MapPresence(this IEndpointRouteBuilder routes) => routes
        .MapMethods("/api/sessions/{sessionId}/presence", s_methods, AttendAsync).WithName("attendSession").WithTags("Sessions")
        .Produces(StatusCodes.Status101SwitchingProtocols).ProducesProblem(400).ProducesProblem(503)
        .WithSummary("Opens a WebSocket. While it is open, the leases of its session are renewed.");

    private static async Task<IResult> AttendAsync(
        string sessionId, HttpContext context, Presence presence, OpenSockets sockets, IOptions<PresenceOptions> options)
    {
        if (!IdFormats.IsSession(sessionId))
        {
            throw new RequestException("session_id", IdFormats.SessionRule);
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            return new Problem(StatusCodes.Status400BadRequest, ProblemCodes.WebSocketRequired, "Open this address as a WebSocket.");
        }

        using var place = sockets.TryEnter();
        if (place is null)
        {
            return new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManySockets, "The limit of open WebSockets is reached.") { RetryAfter = TimeSpan.FromSeconds(10) };
        }

        // The pings are those of the WebSocket protocol. A browser answers them itself, whatever its page is doing.
        var (ping, silence) = (options.Value.PingInterval, options.Value.PongTimeout);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Presence.Protocol) ? Presence.Protocol : null,
            KeepAliveInterval = ping,
            KeepAliveTimeout = (silence - ping) * (2 / 3.0), // counts from the ping; both times are checked with a delay of up to a quarter of the timeout
        });
        await presence.AttendAsync(
            socket, Identifiers.SessionHash(sessionId), context.Abort, Peers.Hops(context.Request) == 0 ? sessionId : null);
        return TypedResults.Empty;
    }
}

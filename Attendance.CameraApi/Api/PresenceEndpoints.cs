using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Sessions;

namespace Attendance.CameraApi.Api;

internal static class PresenceEndpoints
{
    public static void MapPresence(this IEndpointRouteBuilder routes) => routes
        .MapMethods("/api/sessions/{sessionId}/presence", SocketRequests.Methods, AttendAsync).WithName("attendSession").WithTags("Sessions")
        .Produces(StatusCodes.Status101SwitchingProtocols).ProducesProblem(400).ProducesProblem(503)
        .WithSummary("Opens a WebSocket. While it is open, the leases of its session are renewed.");

    private static Task<IResult> AttendAsync(string sessionId, HttpContext context, Presence presence) =>
        !IdFormats.IsSession(sessionId) ? throw new RequestException("session_id", IdFormats.SessionRule)
        : SocketRequests.ServeAsync(context, Presence.Protocol, socket => presence.AttendAsync(
            socket, Identifiers.SessionHash(sessionId), context.Abort, Peers.Hops(context.Request) == 0 ? sessionId : null));
}

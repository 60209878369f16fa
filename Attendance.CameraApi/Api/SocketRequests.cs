using System.Net.WebSockets;
using Attendance.CameraApi.Sessions;
using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api;

/// <summary>What requests for a WebSocket have in common.</summary>
internal static class SocketRequests
{
    /// <summary>GET opens a socket over HTTP/1.1, CONNECT over HTTP/2.</summary>
    public static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Connect];

    /// <summary>Opens the socket and serves it. A peer that does not answer pings is gone.</summary>
    public static async Task<IResult> ServeAsync(HttpContext context, string protocol, Func<WebSocket, Task> serveAsync)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return new Problem(StatusCodes.Status400BadRequest, ProblemCodes.WebSocketRequired, "Open this address as a WebSocket.");
        }

        using var place = context.RequestServices.GetRequiredService<OpenSockets>().TryEnter();
        if (place is null)
        {
            return new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManySockets, "The limit of open WebSockets is reached.") { RetryAfter = TimeSpan.FromSeconds(10) };
        }

        // The pings are those of the WebSocket protocol. A browser answers them itself, whatever its page is doing.
        var options = context.RequestServices.GetRequiredService<IOptions<PresenceOptions>>().Value;
        var (ping, silence) = (options.PingInterval, options.PongTimeout);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(protocol) ? protocol : null,
            KeepAliveInterval = ping,
            KeepAliveTimeout = (silence - ping) * (2 / 3.0), // counts from the ping; both times are checked with a delay of up to a quarter of the timeout
        });
        await serveAsync(socket);
        return TypedResults.Empty;
    }
}

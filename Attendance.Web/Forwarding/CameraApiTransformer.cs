using System.Security.Claims;
using System.Text;
using Attendance.Web.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Decides which headers pass between a browser and camera-api. Only listed headers pass, so that a browser cannot forge a key, a cookie or
/// a client address, and a server that answers in camera-api's place cannot run anything on Web's origin.
/// The sending handler adds the trace context.
/// </summary>
internal sealed partial class CameraApiTransformer(CameraApiClient client, ILogger<CameraApiTransformer> logger) : HttpTransformer
{
    // Sec-WebSocket-Extensions is left out: no message here is long enough to be worth compressing.
    private static readonly string[] s_passed =
    [
        "Accept", "If-None-Match", "User-Agent", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol",
    ];

    private static readonly string[] s_passedWithBody = ["Content-Type", "Content-Length"];

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var sent = httpContext.Request.Headers;
        foreach (var name in s_passed)
        {
            if (sent.TryGetValue(name, out var values) && values.All(IsAscii))
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        foreach (var name in s_passedWithBody)
        {
            if (sent.TryGetValue(name, out var values) && values.All(IsAscii))
            {
                proxyRequest.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        if (HttpMethods.IsPost(httpContext.Request.Method) && httpContext.Request.Path.StartsWithSegments("/api/leases", StringComparison.OrdinalIgnoreCase)
            && httpContext.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } account)
        {
            proxyRequest.Headers.TryAddWithoutValidation(WireHeaders.Account, account);
        }

        if (IsLive(httpContext.Request.Path) && sent.Authorization is [{ } bearer] && bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && IsAscii(bearer))
        {
            proxyRequest.Headers.TryAddWithoutValidation("Authorization", bearer); // the id of a lease, as WHIP and WHEP have it
        }

        client.AddKey(proxyRequest);
        return default;
    }

    /// <returns><see langword="false"/> if the answer of camera-api is not passed on. The visitor has then got a problem document.</returns>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false; // the forwarder's result says why
        }

        if (PassedResponse.TryCopyHead(proxyResponse, httpContext.Response))
        {
            return true;
        }

        LogRefused((int)proxyResponse.StatusCode);
        await ApiProblems.CameraApiUnavailable().ExecuteAsync(httpContext);
        return false;
    }

    private static bool IsLive(PathString path) => path.Value?.Split('/') is ["", "api", "cameras", _, "whip" or "whep", ..];

    /// <summary>Returns whether the value is ASCII. Other values cannot be sent in a header.</summary>
    private static bool IsAscii(string? value) => Ascii.IsValid(value);

    [LoggerMessage(LogLevel.Warning, "A response with status {Status} was not passed on: camera-api never sends its content type")]
    private partial void LogRefused(int status);
}

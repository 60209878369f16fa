using System.Security.Claims;
using System.Text;
using Attendance.Web.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.Web.Forwarding;

/// <summary>
/// Decides what passes between a browser and camera-api. Only named headers pass, so that nothing a browser makes up (a key, a
/// cookie, an address it claims to come from) is taken for ours, and nothing that answers in camera-api's place runs on Web's origin.
/// The trace context is added by the sending handler.
/// </summary>
internal sealed partial class CameraApiTransformer(CameraApiClient client, ILogger<CameraApiTransformer> logger) : HttpTransformer
{
    /// <summary>For the audit: who takes a camera from another session.</summary>
    private const string AccountHeader = "X-Account";

    // Of a socket its extensions are left out: nothing of ours is long enough to be worth compressing.
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

        if (HttpMethods.IsPost(httpContext.Request.Method) && httpContext.Request.Path.StartsWithSegments("/api/leases")
            && httpContext.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } account)
        {
            proxyRequest.Headers.TryAddWithoutValidation(AccountHeader, account);
        }

        client.AddKey(proxyRequest);
        return default;
    }

    /// <returns><see langword="false"/> when camera-api's answer is not passed on: the visitor has been told so instead.</returns>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false; // the forwarder says why, by its result
        }

        if (PassedResponse.TryCopyHead(proxyResponse, httpContext.Response))
        {
            return true;
        }

        LogRefused((int)proxyResponse.StatusCode);
        await ApiProblems.CameraApiUnavailable(httpContext).ExecuteAsync(httpContext);
        return false;
    }

    /// <summary>Others cannot be sent on as a header.</summary>
    private static bool IsAscii(string? value) => Ascii.IsValid(value);

    [LoggerMessage(LogLevel.Warning, "An answer with status {Status} was not passed on: camera-api has no such content type")]
    private partial void LogRefused(int status);
}

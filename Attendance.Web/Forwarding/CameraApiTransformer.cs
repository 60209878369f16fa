using Yarp.ReverseProxy.Forwarder;

namespace Attendance.Web.Forwarding;

/// <summary>
/// What passes between a browser and camera-api. Named headers only, so that nothing a browser makes up (a key, a cookie, an
/// address it claims to come from) is ever taken for ours. The trace context is added by the sending handler.
/// </summary>
internal sealed class CameraApiTransformer(CameraApiClient client) : HttpTransformer
{
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
            if (sent.TryGetValue(name, out var values))
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        foreach (var name in s_passedWithBody)
        {
            if (sent.TryGetValue(name, out var values))
            {
                proxyRequest.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        client.AddKey(proxyRequest);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        httpContext.Response.Headers.Remove("Server");
        httpContext.Response.Headers.Remove("Set-Cookie");
        return copied;
    }
}

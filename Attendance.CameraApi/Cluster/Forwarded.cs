using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attendance.CameraApi.Cluster;

/// <summary>Another node's answer to a request whose body has already been read here.</summary>
/// <param name="waitSeconds">Replaces the requested wait, or null to keep it.</param>
internal sealed class Forwarded(NodeForwarder forwarder, NodeEntry node, int? waitSeconds = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var request = httpContext.Request;
        request.Body.Position = 0;
        if (waitSeconds is { } seconds)
        {
            var content = (JsonObject)(await JsonNode.ParseAsync(request.Body, cancellationToken: httpContext.RequestAborted))!;
            content["wait_seconds"] = seconds;
            var body = JsonSerializer.SerializeToUtf8Bytes(content);
            request.Body = new MemoryStream(body);
            request.ContentLength = body.Length;
            request.Headers.TransferEncoding = default;
        }

        await forwarder.ForwardAsync(httpContext, node);
    }
}

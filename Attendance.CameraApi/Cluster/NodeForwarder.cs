using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.CameraApi.Cluster;

/// <summary>Forwards a request to another node as it came, and streams the answer back.</summary>
internal sealed partial class NodeForwarder(IHttpForwarder forwarder, Peers peers, ILogger<NodeForwarder> logger)
{
    /// <summary>Forwarder settings. The timeout is longer than the longest wait for a camera and its opening.</summary>
    private static readonly ForwarderRequestConfig s_config = new() { ActivityTimeout = TimeSpan.FromSeconds(90) };

    private static readonly Transformer s_transformer = new();

    /// <summary>Forwards the request, or answers that the node cannot be reached.</summary>
    public async Task ForwardAsync(HttpContext context, NodeEntry target)
    {
        if (!await TryForwardAsync(context, target))
        {
            await Unreachable(target.Node).ExecuteAsync(context);
        }
    }

    /// <returns><see langword="false"/> when that node cannot be reached and nothing was answered.</returns>
    public async Task<bool> TryForwardAsync(HttpContext context, NodeEntry target)
    {
        var error = await forwarder.SendAsync(context, target.Address!.GetLeftPart(UriPartial.Authority), peers.Invoker, s_config, s_transformer);
        if (error == ForwarderError.None || context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        LogFailed(target.Node, error);
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            return false;
        }

        context.Abort(); // a picture cut in half must not look like the end of the stream
        return true;
    }

    internal static Problem Unreachable(string node) => new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.NodeUnavailable, $"Node {node}, which has to answer this, does not.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    [LoggerMessage(LogLevel.Warning, "A request could not be forwarded to node {Node}: {Error}")]
    private partial void LogFailed(string node, ForwarderError error);

    private sealed class Transformer : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            // Headers that are not ASCII cannot be sent; the node would be taken for unreachable.
            foreach (var name in proxyRequest.Headers.NonValidated.Where(header => !header.Value.All(value => Ascii.IsValid(value))).Select(header => header.Key).ToList())
            {
                proxyRequest.Headers.Remove(name);
            }

            proxyRequest.Headers.Host = null; // the target node's host, not the one that the client called
            proxyRequest.Headers.Authorization = null;
            proxyRequest.Headers.Remove(WireHeaders.ApiKey); // from here on this node is the caller, and signs the request
            if (httpContext.Request.Body is MemoryStream body)
            {
                NodeSignature.TellBody(proxyRequest, body.ToArray());
            }

            proxyRequest.Headers.Remove(Peers.HopsHeader);
            proxyRequest.Headers.Add(Peers.HopsHeader, (Peers.Hops(httpContext.Request) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using Attendance.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.CameraApi.Cluster;

/// <summary>The shared pool of connections to other nodes. Every request is signed; the API key is never sent to a node.</summary>
internal sealed class Peers(NodeSignature signature) : IDisposable
{
    /// <summary>Header with the number of nodes that have forwarded the request. A node that is asked by a node answers for itself.</summary>
    public const string HopsHeader = "X-Attendance-Hops";

    public HttpMessageInvoker Invoker { get; } = new(new Signing(signature, new SocketsHttpHandler
    {
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(1),
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = ServerLimits.UnusedConnection,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = false,
    }));

    public static int Hops(HttpRequest request) => int.TryParse(request.Headers[HopsHeader], CultureInfo.InvariantCulture, out var hops) ? hops : 0;

    /// <summary>Whether a request comes from a node or is for one node only, so that other nodes are not asked.</summary>
    public static bool AnswersForItself(HttpRequest request) => Hops(request) > 0 || request.Query.ContainsKey("node");

    /// <summary>Sends a request as this node, not on behalf of a client.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(HopsHeader, "1");
        return Invoker.SendAsync(request, cancellationToken);
    }

    public void Dispose() => Invoker.Dispose();

    /// <summary>Signs every request that is sent through the pool.</summary>
    private sealed class Signing(NodeSignature signature, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await signature.SignAsync(request, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Diagnostics;
using System.Net;
using Attendance.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.CameraApi.Cluster;

/// <summary>The one pool of connections to other nodes. What is sent is signed; the API key is sent to no node.</summary>
internal sealed class Peers(NodeSignature signature) : IDisposable
{
    /// <summary>How many nodes have sent the request on. Whoever is asked by a node answers for itself.</summary>
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

    public static int Hops(HttpRequest request) => int.TryParse(request.Headers[HopsHeader], out var hops) ? hops : 0;

    /// <summary>Asked by a node, or for one node only: what others would answer is not wanted.</summary>
    public static bool AnswersForItself(HttpRequest request) => Hops(request) > 0 || request.Query.ContainsKey("node");

    /// <summary>Asks as this node, not on anybody's behalf.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(HopsHeader, "1");
        return Invoker.SendAsync(request, cancellationToken);
    }

    public void Dispose() => Invoker.Dispose();

    /// <summary>In the way of everything that is sent, whoever sends it.</summary>
    private sealed class Signing(NodeSignature signature, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await signature.SignAsync(request, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

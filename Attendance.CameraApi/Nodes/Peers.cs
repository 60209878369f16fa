using System.Diagnostics;
using System.Net;
using Attendance.CameraApi.Security;
using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Attendance.CameraApi.Nodes;

/// <summary>The one pool of connections to other nodes. All of them have one API key.</summary>
internal sealed class Peers(IOptions<SecurityOptions> security) : IDisposable
{
    /// <summary>How many nodes have sent the request on. Whoever is asked by a node answers for itself.</summary>
    public const string HopsHeader = "X-Attendance-Hops";

    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
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
    });

    public static int Hops(HttpRequest request) => int.TryParse(request.Headers[HopsHeader], out var hops) ? hops : 0;

    /// <summary>Asked by a node, or for one node only: what others would answer is not wanted.</summary>
    public static bool AnswersForItself(HttpRequest request) => Hops(request) > 0 || request.Query.ContainsKey("node");

    /// <summary>Asks as this node, not on anybody's behalf.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Sign(request.Headers.Add);
        return Invoker.SendAsync(request, cancellationToken);
    }

    public void Sign(Action<string, string> addHeader)
    {
        addHeader(HopsHeader, "1");
        if (security.Value.ApiKey is { Length: > 0 } key)
        {
            addHeader(ApiKeyCheck.Header, key);
        }
    }

    public void Dispose() => Invoker.Dispose();
}

using System.Net;
using Attendance.Web.Security;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.Http;

namespace Attendance.Web.Forwarding;

/// <summary>
/// The one connection pool to camera-api. It does not retry: a page knows better than we do whether it still wants a camera.
/// </summary>
internal sealed class CameraApiClient(
    IServiceDiscoveryHttpMessageHandlerFactory discovery, IOptions<SecurityOptions> security) : IDisposable
{
    public const string Address = "http://camera-api";
    private const string KeyHeader = "X-Api-Key";
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3);

    public HttpMessageInvoker Invoker { get; } = new(discovery.CreateHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = s_connectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = false,
    }));

    public Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, content: null, cancellationToken);

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, content, cancellationToken);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, Address + path) { Content = content };
        AddKey(request);
        return Invoker.SendAsync(request, cancellationToken);
    }

    public void AddKey(HttpRequestMessage request)
    {
        request.Headers.Remove(KeyHeader);
        if (security.Value.ApiKey is { Length: > 0 } key)
        {
            request.Headers.Add(KeyHeader, key);
        }
    }

    public void Dispose() => Invoker.Dispose();
}

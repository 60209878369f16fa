using System.Net;
using System.Text.Json;
using Attendance.ServiceDefaults;
using Attendance.Web.Security;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.Http;

namespace Attendance.Web.Forwarding;

/// <summary>
/// The only connection pool to camera-api, which may have several nodes. A request that was sent is not retried: the page knows better
/// than this service whether it still wants a camera.
/// </summary>
internal sealed class CameraApiClient(
    IServiceDiscoveryHttpMessageHandlerFactory discovery, IOptions<SecurityOptions> security, TimeProvider clock) : IDisposable
{
    public const string Address = "http://camera-api";
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3);

    public HttpMessageInvoker Invoker { get; } = new(new AnyNode(discovery.CreateHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = s_connectTimeout,
        PooledConnectionIdleTimeout = ServerLimits.UnusedConnection,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = false,
    })));

    /// <summary>Sends a request whose answer is useful only for as long as somebody would wait for it.</summary>
    /// <returns>The answer, or <paramref name="otherwise"/> if there is none in that time or it cannot be understood.</returns>
    public async Task<T> AskAsync<T>(
        HttpRequestMessage request,
        TimeSpan patience,
        Func<HttpResponseMessage, CancellationToken, Task<T>> understand,
        T otherwise,
        CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        AddKey(request);
        try
        {
            using var response = await Invoker.SendAsync(request, either.Token);
            return await understand(response, either.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            return otherwise;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return otherwise;
        }
    }

    public void AddKey(HttpRequestMessage request)
    {
        request.Headers.Remove(WireHeaders.ApiKey);
        if (security.Value.ApiKey is { Length: > 0 } key)
        {
            request.Headers.Add(WireHeaders.ApiKey, key);
        }
    }

    public void Dispose() => Invoker.Dispose();
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Attendance.Tests.Hosts;

/// <summary>
/// A proxy in front of a service, which passes everything on and records it. A test may have it refuse, hold back, break, or cut
/// what it names by method and path. Where a state is too costly to reach for real, a test changes one answer: the service's own
/// answer is read into the service's own record, changed with <c>with</c>, and written with the service's own JSON settings. These are
/// changed so:
/// <list type="bullet">
/// <item>the list of cameras, for states that a test pattern never has (blocked, missing, suspended), and for a time in use of minutes;</item>
/// <item>the console's snapshot and events, for a busy hour of several nodes, 200 cameras in use, an hour of trends, and a quarantine,
/// for which a process would have to hang in the kernel;</item>
/// <item>the console's lists (dead letters, audit, history), for the same hour;</item>
/// <item>the token of a lease, for frames of an earlier holder, which the service never sends.</item>
/// </list>
/// </summary>
internal sealed class ApiProxy : ProxyRules, IAsyncDisposable
{
    private static readonly string[] s_hopByHop = ["Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Content-Length"];

    private readonly Uri _target;
    private readonly bool _keepsHost;
    private readonly ConcurrentQueue<PassedRequest> _requests = new();
    private readonly ConcurrentDictionary<HttpContext, string> _streams = new();
    private WebApplication? _app;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, // a trace passes as it was sent
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
    });

    private ApiProxy(Uri target, bool keepsHost) => (_target, _keepsHost, Sockets) = (target, keepsHost, new SocketProxy(target, keepsHost));

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<PassedRequest> Requests => [.. _requests];

    /// <summary>The streams of Server-Sent Events.</summary>
    public EventProxy Events { get; } = new();

    /// <summary>The WebSockets.</summary>
    public SocketProxy Sockets { get; }

    /// <param name="keepsHost">Whether the service sees the host that its client named, as one does that compares it with a page's origin.</param>
    public static async Task<ApiProxy> StartAsync(Uri target, CancellationToken cancellationToken, bool keepsHost = false)
    {
        var proxy = new ApiProxy(target, keepsHost);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        proxy._app = builder.Build();
        proxy._app.UseWebSockets();
        proxy._app.Run(proxy.PassAsync);
        await proxy._app.StartAsync(cancellationToken);
        proxy.Address = new Uri(proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return proxy;
    }

    /// <summary>Streams of such a path that are open.</summary>
    public int Open(string path) => _streams.Count(stream => stream.Value.Contains(path, StringComparison.Ordinal));

    /// <summary>Cuts the streams of such a path, as a network does.</summary>
    public void Cut(string path)
    {
        foreach (var (context, _) in _streams.Where(stream => stream.Value.Contains(path, StringComparison.Ordinal)))
        {
            try
            {
                context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // It has ended meanwhile.
            }
        }
    }

    /// <summary>Forgets also what has passed.</summary>
    public override void Forget()
    {
        base.Forget();
        _requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            Cut("");
            Sockets.Cut();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await app.StopAsync(patience.Token);
            await app.DisposeAsync();
            _client.Dispose();
        }
    }

    private async Task PassAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        var path = context.Request.Path.Value!.TrimEnd('/');
        try
        {
            await context.Request.Body.CopyToAsync(content, context.RequestAborted);
            var passed = new PassedRequest(
                context.Request.Method,
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                content.ToArray());
            _requests.Enqueue(passed);
            if (await ActAsync(context, passed, path) is { } instead)
            {
                await instead.ExecuteAsync(context);
                return;
            }

            await (context.WebSockets.IsWebSocketRequest ? Sockets.PassAsync(context) : PassAsync(context, passed, path));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort(); // so that what is incomplete does not look like a whole
        }
    }

    private async Task PassAsync(HttpContext context, PassedRequest passed, string path)
    {
        using var request = new HttpRequestMessage(new(passed.Method), new Uri(_target, passed.Target));
        if (passed.Content.Length > 0 || passed.Headers.ContainsKey("Content-Type"))
        {
            request.Content = new ByteArrayContent(Changed(path, passed.Content));
        }

        foreach (var (name, value) in passed.Headers.Where(header => !s_hopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            _ = request.Headers.TryAddWithoutValidation(name, value) || request.Content?.Headers.TryAddWithoutValidation(name, value) == true;
        }

        request.Headers.Host = _keepsHost ? context.Request.Host.Value : null;
        using var response = await _client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => !s_hopByHop.Contains(header.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (response.Content.Headers.ContentType is { MediaType: "text/event-stream" or "multipart/x-mixed-replace" } type)
        {
            await StreamAsync(context, response, type, path);
            return;
        }

        var body = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json")
        {
            passed.Answer = Encoding.UTF8.GetString(body);
            body = response.IsSuccessStatusCode ? Rewritten(path, body) : body;
        }

        if (context.Response.StatusCode is not (204 or 304))
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private async Task StreamAsync(HttpContext context, HttpResponseMessage response, MediaTypeHeaderValue type, string path)
    {
        _streams[context] = path;
        try
        {
            await context.Response.StartAsync(context.RequestAborted);
            await using var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            if (type.MediaType == "text/event-stream")
            {
                await Events.PassAsync(stream, context);
                return;
            }

            var buffer = new byte[64 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        finally
        {
            _streams.TryRemove(context, out _);
        }
    }
}

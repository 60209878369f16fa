using System.Net;
using System.Security.Cryptography;
using System.Text;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Telemetry;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api;

/// <summary>Admits requests with the API key and requests of other nodes. Health probes and the API documentation need no key.</summary>
internal sealed partial class ApiKeyCheck(RequestDelegate next, NodeSignature nodes, IOptions<SecurityOptions> options, ILogger<ApiKeyCheck> logger)
{
    private const string Bearer = "Bearer ";
    private static readonly PathString[] s_open = ["/health", "/alive", "/openapi", ApiReference.Path];

    private readonly byte[]? _key = string.IsNullOrEmpty(options.Value.ApiKey) ? null : Hash(options.Value.ApiKey);
    private bool _warned;

    public async Task InvokeAsync(HttpContext context)
    {
        if (s_open.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
            || IsAllowed(context) || await nodes.IsGenuineAsync(context))
        {
            await next(context);
        }
        else
        {
            await new Problem(StatusCodes.Status401Unauthorized, ProblemCodes.ApiKeyRequired, $"Send the API key as {WireHeaders.ApiKey}.").ExecuteAsync(context);
        }
    }

    private bool IsAllowed(HttpContext context)
    {
        if (_key is not null)
        {
            // Hashes all have the same length, so the comparison always takes the same time.
            return CryptographicOperations.FixedTimeEquals(Hash(Shown(context.Request)), _key);
        }

        if (!_warned)
        {
            _warned = true;
            LogNoKey();
        }

        // A page of another site can make a browser on this machine send requests here, but it cannot hide its origin.
        return IsLocal(context) && !context.Request.Headers.ContainsKey("Origin");
    }

    /// <summary>
    /// Returns the key that the request presents. Prometheus can send it only as a bearer token, which is accepted only for the
    /// metrics.
    /// </summary>
    private static string Shown(HttpRequest request) =>
        request.Path.StartsWithSegments(Scraping.Path, StringComparison.OrdinalIgnoreCase)
            && request.Headers.Authorization.ToString() is var token && token.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? token[Bearer.Length..].Trim()
                : request.Headers[WireHeaders.ApiKey].ToString();

    private static bool IsLocal(HttpContext context) =>
        (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address))
        && context.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"; // another name may have been made to resolve to this machine (DNS rebinding)

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    [LoggerMessage(LogLevel.Warning, "'Security:ApiKey' is not set: anyone on this machine can use the cameras. This is for development only")]
    private partial void LogNoKey();
}

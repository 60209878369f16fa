using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Attendance.ServiceDefaults;
using Attendance.Web.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

/// <summary>
/// Limits how much of the shared resources one account or IP address may use. Each policy has the name under which
/// <see cref="ReachedLimits"/> counts it.
/// </summary>
internal static class Quotas
{
    /// <summary>The rate limit for pages on which a password can be tried.</summary>
    public const string FewAttempts = "sign_in_attempts";

    /// <summary>The limits for open streams and WebSockets, for waiting camera requests, and for pictures of people.</summary>
    public const string Open = "open_connections", Waiting = "waiting_wishes", Pictures = "pictures";

    private const int NetworkBits = 64;

    public static void AddQuotas(this IServiceCollection services)
    {
        services.AddSingleton<BrowserCameraQuota>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<AccountOptions>>(Configure);
    }

    /// <summary>
    /// Returns the IPv4 address, or for IPv6 its network (the first 64 bits), because one client can use every address of such a network.
    /// </summary>
    public static string PartitionOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBits / 8)),
        _ => address.ToString(),
    };

    private static void Configure(RateLimiterOptions limiter, IOptions<AccountOptions> options)
    {
        limiter.AddPolicy(FewAttempts, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(
                PartitionOf(context.Connection.RemoteIpAddress),
                _ => new() { PermitLimit = options.Value.AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(""));
        limiter.AddPolicy(Open, context => RateLimitPartition.GetConcurrencyLimiter(AccountOf(context), _ => new() { PermitLimit = options.Value.OpenConnections }));
        limiter.AddPolicy(Waiting, context => RateLimitPartition.GetConcurrencyLimiter(AccountOf(context), _ => new() { PermitLimit = options.Value.WaitingWishes }));
        limiter.AddPolicy(Pictures, context => RateLimitPartition.GetFixedWindowLimiter(
            AccountOf(context), _ => new() { PermitLimit = options.Value.PicturesPerMinute, Window = TimeSpan.FromMinutes(1) }));
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = RefuseAsync;
    }

    private static string AccountOf(HttpContext context) => context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        if (context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName is { } policy)
        {
            context.RequestServices.GetRequiredService<ReachedLimits>().Count(policy);
        }

        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 2;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (context.Request.IsApi())
        {
            await ApiProblems.TooMany().ExecuteAsync(context);
        }
    }
}

/// <summary>
/// Remembers which browser cameras an account has leased within the last hour. Each takes one of the places that a camera-api node has for all.
/// </summary>
internal sealed class BrowserCameraQuota(IOptions<AccountOptions> options, ReachedLimits limits, TimeProvider clock)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(1); // the longest time that a lease lasts without being renewed

    private readonly ConcurrentDictionary<string, Dictionary<string, DateTimeOffset>> _asked = new(StringComparer.Ordinal);

    /// <returns><see langword="false"/> if the account already has as many as it may.</returns>
    public bool TryAdd(string accountId, string cameraId)
    {
        var now = clock.GetUtcNow();
        var asked = _asked.GetOrAdd(accountId, _ => []);
        lock (asked)
        {
            foreach (var old in asked.Where(each => now - each.Value > s_kept).ToList())
            {
                asked.Remove(old.Key);
            }

            if (!asked.ContainsKey(cameraId) && asked.Count >= options.Value.BrowserCameras)
            {
                limits.Count("browser_cameras");
                return false;
            }

            asked[cameraId] = now;
            return true;
        }
    }
}

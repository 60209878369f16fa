using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

/// <summary>Reports healthy when the store answers a PING on a separate connection.</summary>
internal sealed class SessionStorePing(IResourceWithConnectionString store) : IHealthCheck
{
    private const int Milliseconds = 1000;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var options = ConfigurationOptions.Parse(await store.GetConnectionStringAsync(cancellationToken) ?? "");
            (options.ConnectTimeout, options.AsyncTimeout, options.IncludeDetailInExceptions) = (Milliseconds, Milliseconds, false);
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy("The store answers.");
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ArgumentException)
        {
            return HealthCheckResult.Unhealthy("The store does not answer. Its log says why; without it no camera is lent, and cameras that are lent can still be given back.");
        }
    }
}

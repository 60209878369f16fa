using StackExchange.Redis;

namespace Attendance.CameraApi.Store;

internal static class StoreRegistration
{
    private const string ConnectionName = "sessions";

    public static void AddStore(this IHostApplicationBuilder builder)
    {
        builder.AddStoreConnection();
        builder.Services.AddSingleton<StoreMetrics>();
        builder.Services.AddSingleton<StoreConnection>();
        builder.Services.AddSingleton<StoreWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StoreWrites>());
    }

    /// <summary>
    /// One connection for all. It comes up by itself whenever the store does; until then every call fails at once. Aspire's own
    /// health check and spans are off: ours, and <see cref="StoreConnection"/>, answer in bounded time.
    /// </summary>
    private static void AddStoreConnection(this IHostApplicationBuilder builder) => builder.AddRedisClient(
        ConnectionName, settings => (settings.DisableHealthChecks, settings.DisableTracing) = (true, true), Configure);

    internal static void Configure(ConfigurationOptions options)
    {
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = 1000;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(250); // also how often a broken connection is tried again
        options.IncludeDetailInExceptions = false;
    }
}

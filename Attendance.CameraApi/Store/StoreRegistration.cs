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
        builder.Services.AddSingleton<BackgroundStoreWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BackgroundStoreWriter>());
    }

    /// <summary>
    /// Adds one connection for all requests. It connects by itself when the store is up; until then, every call fails at once. Aspire's
    /// health check and spans are off, because this service's own check and <see cref="StoreConnection"/> answer in bounded time.
    /// </summary>
    private static void AddStoreConnection(this IHostApplicationBuilder builder) => builder.AddRedisClient(
        ConnectionName, settings => (settings.DisableHealthChecks, settings.DisableTracing) = (true, true), Configure);

    internal static void Configure(ConfigurationOptions options)
    {
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = 1000;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(250); // also how often a broken connection is retried
        options.IncludeDetailInExceptions = false;
    }
}

using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras.Quality;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Nodes;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Sessions;
using Attendance.ServiceDefaults;
using Attendance.ServiceDefaults.Settings;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

internal static class LeaseRegistration
{
    private const string ConnectionName = "sessions";

    public static void AddLeases(this IHostApplicationBuilder builder)
    {
        builder.AddLeaseStore();
        builder.Services.AddSingleton<LeaseMetrics>();
        builder.Services.AddSingleton<CameraEvents>();
        builder.Services.AddHostedService<EventChannel>();
        builder.Services.AddSingleton<PendingReleases>();
        builder.Services.AddSingleton<EndedLeases>();
        builder.Services.AddSingleton<CameraSlots>();
        builder.Services.AddSingleton<PresenceSockets>();
        builder.Services.AddSingleton<BrowserCaptures>();
        builder.Services.AddSingleton<SessionNodes>();
        builder.Services.AddSingleton<CameraLeases>();
        builder.Services.AddSingleton<ProbeMetrics>();
        builder.Services.AddSingleton<CameraProbes>();
        builder.Services.AddSingleton<CameraChoice>();
        builder.Services.AddSingleton<FailoverWishes>();
        builder.Services.AddHostedService<Failover>();
        builder.Services.AddSingleton<LeakMetrics>();
        builder.Services.AddSingleton<OpenLeaks>();
        builder.Services.AddSingleton<Reconciliation>();
        builder.Services.AddSingleton<LeakSearch>();
        builder.Services.AddSingleton<Cleanup>();
        builder.Services.AddSingleton<LeaseUpkeep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LeaseUpkeep>());
        builder.Services.AddHealthChecks()
            .AddCheck<StoreHealth>("session store")
            .AddCheck<CameraHealth>("cameras", tags: [CameraHealth.Tag, ServiceDefaultsExtensions.AsideTag]);
    }

    public static void AddLeaseStore(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LeaseOptions, LeaseOptionsValidator>().BindStrictly("Leases");
        builder.Services.AddOptionsWithValidateOnStart<NodeOptions, NodeOptionsValidator>().BindStrictly("Node");
        builder.AddStoreConnection();
        builder.Services.AddSingleton<StoreMetrics>();
        builder.Services.AddSingleton<StoreConnection>();
        builder.Services.AddSingleton<LeaseIdSeal>();
        builder.Services.AddSingleton<LeaseStore>();
    }

    /// <summary>
    /// One connection for all. It comes up by itself whenever the store does; until then every call fails at once. Aspire's own
    /// health check and spans are off: <see cref="StoreHealth"/> and <see cref="StoreConnection"/> answer in bounded time.
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

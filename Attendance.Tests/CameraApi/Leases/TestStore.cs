using System.Diagnostics.Metrics;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>The lease store of a node, without the node.</summary>
internal static class TestStore
{
    private static readonly StoreMetrics s_metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    public static LeaseStore Of(IConnectionMultiplexer redis, string node, TimeSpan? timeout = null, string? apiKey = null) => new(
        Connection(redis, timeout),
        new LeaseIdSeal(Options.Create(new SecurityOptions { ApiKey = apiKey })),
        Options.Create(new NodeOptions { Name = node }));

    public static StoreConnection Connection(IConnectionMultiplexer redis, TimeSpan? timeout = null) => new(
        redis, Options.Create(new StoreOptions { Timeout = timeout ?? TimeSpan.FromSeconds(10) }), TimeProvider.System, s_metrics, NullLogger<StoreConnection>.Instance);
}

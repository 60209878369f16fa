using System.Diagnostics.Metrics;
using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Attendance.Tests.EndToEnd;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.Tests.Telemetry;

/// <summary>A leak: a lease that the store believes in and that nobody holds, as a node leaves one that dies.</summary>
internal static class Leftover
{
    public static async Task LeaveAsync(AttendanceSystem system, string cameraId, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(cancellationToken));
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var store = new LeaseStore(
            redis, Options.Create(new LeaseOptions()), Options.Create(new NodeOptions()), TimeProvider.System,
            new StoreMetrics(services.GetRequiredService<IMeterFactory>()));
        await store.AcquireAsync(cameraId, Identifiers.NewLeaseId(), Identifiers.SessionHash("session_of_nobody"), TimeSpan.FromMinutes(5));
    }
}

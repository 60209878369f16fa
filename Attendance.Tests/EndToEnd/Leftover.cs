using Attendance.CameraApi;
using Attendance.CameraApi.Node;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.Hosts;
using StackExchange.Redis;

namespace Attendance.Tests.EndToEnd;

/// <summary>A leak: a lease that the store believes in and that nobody holds, as a node leaves one that dies.</summary>
internal static class Leftover
{
    public static async Task LeaveAsync(AttendanceSystem system, string cameraId, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(cancellationToken));
        var store = TestStore.Of(redis, new NodeOptions().Name, apiKey: TestSecrets.ApiKey);
        await store.AcquireAsync(cameraId, Identifiers.NewLeaseId(), Identifiers.SessionHash("session_of_nobody"), TimeSpan.FromMinutes(5));
    }
}

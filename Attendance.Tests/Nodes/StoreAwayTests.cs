using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests a store that stops while several nodes use it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class StoreAwayTests : OwnNodes<RedisStore>
{
    [Fact]
    public async Task A_store_that_stops_for_all_ends_nothing_before_its_time()
    {
        // The other answers at once, however long it would wait for the store itself.
        var (one, two) = (await StartAsync("one", "--Leases:StoreTimeout=00:00:02"), await StartAsync("two"));
        await Task.WhenAll(one.KnowsAsync(two), two.KnowsAsync(one));
        var lease = await one.AcquireAsync("cam-two", Session(), ttlSeconds: 120);

        Processes.Signal(Store.Pid, "STOP");
        await Task.Delay(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("held", await LocalStateAsync(two, "cam-two"));

        Processes.Signal(Store.Pid, "CONT");
        await Task.Delay(TimeSpan.FromSeconds(8), Cancel); // by the store's clock alone, a node would be considered lost by now
        Assert.Equal("held", await one.StateAsync("cam-two"));
        Assert.Equal(HttpStatusCode.OK, await one.RenewAsync(lease));
        Assert.Empty(await one.HistoryAsync("cam-two"));
        await one.ReleaseAsync(lease);
    }

    private static Task<string?> LocalStateAsync(NodeProcess node, string cameraId) => node.StateAsync($"{cameraId}?node={node.Name}");

    private Task<NodeProcess> StartAsync(string name, params string[] settings) =>
        StartNodeAsync(Store.ConnectionString, name, [$"--Cameras:cam-{name}:Source=test-pattern", .. settings]);

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

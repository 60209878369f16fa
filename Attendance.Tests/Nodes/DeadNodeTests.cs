using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests a node that has just been killed and that the others still consider alive.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class DeadNodeTests : OwnNodes<GarnetStore>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_shared_camera_that_a_dead_node_should_open_is_opened_by_another_node_at_once()
    {
        string[] hall = ["--Cameras:hall:Source=test-pattern", "--Cameras:hall:Scope=lobby"];
        var nodes = await Task.WhenAll(
            StartNodeAsync(Store.ConnectionString, "one", ["--Cameras:door:Source=test-pattern", .. hall]),
            StartNodeAsync(Store.ConnectionString, "dead", ["--Cameras:gate:Source=test-pattern", .. hall]),
            StartNodeAsync(Store.ConnectionString, "other"));
        var (one, dead, other) = (nodes[0], nodes[1], nodes[2]); // the other asks whose name comes first of those that have the camera
        await Task.WhenAll(one.KnowsAsync(dead), other.KnowsAsync(one, dead));
        await one.AcquireAsync("door", Session()); // now the node that dies has the fewest leases
        foreach (var asked in (NodeProcess[])[one, other])
        {
            await Eventually.TrueAsync(() => IsOpenedByAsync(dead, asked), s_patience, $"{asked.Name} sends it on");
        }

        await dead.SignalAsync("KILL");

        foreach (var asked in (NodeProcess[])[one, other])
        {
            var lease = await asked.AcquireAsync("hall", Session());
            Assert.Equal("one", (await asked.CameraAsync("hall")).GetProperty("node").GetString());
            await asked.ReleaseAsync(lease);
        }

        using var answer = await one.Http.GetAsync("/api/cameras/gate", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode); // still taken for alive: what only it has can be had by nobody
    }

    private static async Task<bool> IsOpenedByAsync(NodeProcess node, NodeProcess asked)
    {
        var lease = await asked.AcquireAsync("hall", Session());
        var opened = (await asked.CameraAsync("hall")).GetProperty("node").GetString();
        await asked.ReleaseAsync(lease);
        return opened == node.Name;
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

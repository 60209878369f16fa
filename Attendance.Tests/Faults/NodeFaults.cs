using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Nodes;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests nodes that die or are cut off, several at a time. Each has a camera of its own, and one that it shares with the node that stays.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class NodeFaults(FaultTable table) : OwnNodes<RedisStore>
{
    private const int Struck = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Delays between the nodes, so that they are struck at different moments between two heartbeats.</summary>
    private static readonly TimeSpan s_apart = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task A_node_that_is_killed_is_lost_its_leases_end_and_a_shared_camera_is_opened_by_another()
    {
        var (stays, struck) = await StartAllAsync([.. Enumerable.Repeat(Store.ConnectionString, Struck)]);
        var first = struck[0];
        var lost = await HoldAsync(stays, first, Own(first));
        await Task.WhenAll(struck.Skip(1).Select(node => HoldAsync(stays, node, Own(node))));
        var workers = struck.SelectMany(node => Processes.WorkersOf(node.Pid)).ToList();

        var times = await Task.WhenAll(struck.Select(async (node, order) =>
        {
            await Task.Delay(s_apart * order, Cancel);
            var started = Stopwatch.GetTimestamp();
            await node.SignalAsync("KILL");
            using (var refused = await stays.AskAsync(Own(node), Session()))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            }

            await AreLostAsync(stays, node);
            var opened = await stays.AcquireAsync(Shared(node), Session());
            var took = Stopwatch.GetElapsedTime(started);
            Assert.Equal(stays.Name, (await stays.CameraAsync(Shared(node))).GetProperty("node").GetString());
            await stays.ReleaseAsync(opened);
            return took;
        }));

        Assert.Equal(HttpStatusCode.Gone, await stays.RenewAsync(lost));
        table.Record(FaultRow.NodeVanishes, times, workers.Count(Processes.IsAlive) + await LeaksAsync(stays, struck));

        // One comes back, and is as before.
        await stays.KnowsAsync(await StartAsync(first.Name, Store.ConnectionString, first.Name));
        await stays.ReleaseAsync(await stays.AcquireAsync(Own(first), Session()));
    }

    [Fact]
    public async Task A_node_that_is_cut_off_frees_its_cameras_before_the_others_take_them_for_lost()
    {
        var networks = Enumerable.Range(0, Struck).Select(_ => Owned(new SilentNetwork(new Uri($"http://{Store.ConnectionString.Split(',')[0]}")))).ToList();
        var (stays, struck) = await StartAllAsync(
            [.. networks.Select(network => $"{network.Address.Authority},{string.Join(',', Store.ConnectionString.Split(',')[1..])}")]);
        await Task.WhenAll(struck.Select(node => HoldAsync(stays, node, Own(node))));

        var times = await Task.WhenAll(struck.Select(async (node, order) =>
        {
            await Task.Delay(s_apart * order, Cancel);
            var workers = Processes.WorkersOf(node.Pid);
            var started = Stopwatch.GetTimestamp();
            networks[order].FallSilent();
            await Eventually.TrueAsync(
                async () => await IsFreeAsync(node, Own(node)) && await IsFreeAsync(node, Shared(node)) && !workers.Any(Processes.IsAlive),
                s_patience, "no worker is left");
            var took = Stopwatch.GetElapsedTime(started);
            Assert.NotEqual("node_lost", await stays.LastReasonAsync(Shared(node))); // the others still take it for alive
            await AreLostAsync(stays, node);
            return took;
        }));

        await Task.WhenAll(struck.Select(async node => await stays.ReleaseAsync(await stays.AcquireAsync(Shared(node), Session()))));
        table.Record(FaultRow.NodeCutOff, times, await LeaksAsync(stays, struck));
    }

    private static string Own(NodeProcess node) => $"own-{node.Name}";

    private static string Shared(NodeProcess node) => $"shared-{node.Name}";

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");

    private static async Task<bool> IsFreeAsync(NodeProcess node, string cameraId) => await node.StateAsync($"{cameraId}?node={node.Name}") == "available";

    private static Task<TimeSpan> AreLostAsync(NodeProcess stays, NodeProcess node) => Eventually.TrueAsync(
        async () => await stays.LastReasonAsync(Own(node)) == "node_lost" && await stays.LastReasonAsync(Shared(node)) == "node_lost",
        s_patience, $"the leases of {node.Name} have ended");

    /// <summary>Acquires both cameras of a node, for longer than the test takes.</summary>
    /// <returns>The lease of the node's own camera.</returns>
    private static async Task<Lease> HoldAsync(NodeProcess by, NodeProcess node, string own)
    {
        var wish = new { session_id = Session(), camera_id = Shared(node), ttl_seconds = 3600 };
        using var shared = await node.Http.PostAsJsonAsync($"/api/leases?node={node.Name}", wish, Cancel);
        Assert.Equal(HttpStatusCode.Created, shared.StatusCode);
        return await by.AcquireAsync(own, Session(), ttlSeconds: 3600);
    }

    /// <summary>Counts what is left behind: leaks that the remaining node reports, entries of the store, and holds that do not have exactly the ends that they should.</summary>
    private async Task<int> LeaksAsync(NodeProcess stays, IReadOnlyList<NodeProcess> struck)
    {
        var status = await stays.Http.GetFromJsonAsync<JsonElement>("/api/camera/status", Cancel);
        var left = status.GetProperty("active_cameras").GetInt32() + status.GetProperty("quarantined").GetInt32();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        foreach (var node in struck)
        {
            left += (int)await redis.GetDatabase().SortedSetLengthAsync($"attendance:{{{node.Name}}}:deadlines");
            left += (int)await redis.GetDatabase().SortedSetLengthAsync($"attendance:{{shared:lobby}}:deadlines:{node.Name}");
            left += (await ReasonsAsync(stays, Own(node))).SequenceEqual(["node_lost"]) ? 0 : 1;
            left += (await ReasonsAsync(stays, Shared(node))).SequenceEqual(["client", "node_lost"]) ? 0 : 1;
        }

        return left;
    }

    private static async Task<IEnumerable<string?>> ReasonsAsync(NodeProcess stays, string cameraId) =>
        (await stays.HistoryAsync(cameraId)).Select(entry => entry.GetProperty("reason").GetString());

    /// <param name="stores">How each of those that will be struck reaches the store.</param>
    private async Task<(NodeProcess Stays, IReadOnlyList<NodeProcess> Struck)> StartAllAsync(IReadOnlyList<string> stores)
    {
        var names = stores.Select((_, i) => $"struck-{i + 1}").ToList();
        var nodes = await Task.WhenAll(names.Select((name, i) => StartAsync(name, stores[i], name)).Prepend(
            StartAsync("stays", Store.ConnectionString, [.. names])));
        await Task.WhenAll(nodes.Skip(1).Select(node => node.KnowsAsync(nodes[0])).Prepend(nodes[0].KnowsAsync(nodes[1..])));
        return (nodes[0], nodes[1..]);
    }

    /// <param name="shared">Whose shared cameras it has.</param>
    private Task<NodeProcess> StartAsync(string name, string store, params string[] shared)
    {
        string[] cameras = [.. shared.SelectMany(other => (string[])[$"--Cameras:shared-{other}:Source=test-pattern", $"--Cameras:shared-{other}:Scope=lobby"])];
        return StartNodeAsync(store, name, [$"--Cameras:own-{name}:Source=test-pattern", .. cameras]);
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>Tests processes of one node name on one store, of which only one may go on.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class NodeNameTests : OwnNodes<GarnetStore>
{
    private const string Door = "--Cameras:door:Source=test-pattern";

    /// <summary>Shorter than the time for which a name's unreachable holder is watched.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_second_node_of_a_live_nodes_name_does_not_start_and_changes_nothing()
    {
        var first = await StartAsync();
        var lease = await first.AcquireAsync("door", Session());
        var workers = Processes.WorkersOf(first.Pid);

        var second = Start();

        Assert.NotEqual(0, await second.ExitAsync());
        Assert.Contains("'Node:Name' must be unique", second.Log, StringComparison.Ordinal);
        Assert.Contains($"'one' is the name of another node that is up at {first.Address}", second.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("is reopened under lease", second.Log, StringComparison.Ordinal);
        Assert.True(workers.All(Processes.IsAlive));
        Assert.Equal(HttpStatusCode.OK, await first.RenewAsync(lease));
        Assert.Empty(await first.HistoryAsync("door"));
        var alert = Assert.Single(await AlertsAsync(first), alert => alert.GetProperty("rule").GetString() == "node_name_taken");
        Assert.Equal(("one", JsonValueKind.Null), (alert.GetProperty("subject").GetString(), alert.GetProperty("camera_id").ValueKind));
    }

    [Fact]
    public async Task A_killed_node_that_starts_again_has_its_leases_at_once()
    {
        var started = Stopwatch.GetTimestamp();
        var killed = await StartAsync();
        var first = Stopwatch.GetElapsedTime(started);
        var lease = await killed.AcquireAsync("door", Session());
        await killed.SignalAsync("KILL");

        var again = Start();
        var took = await Eventually.TrueAsync(() => IsRenewedAsync(again, lease), s_patience, "its lease is renewed");

        TestContext.Current.TestOutputHelper?.WriteLine($"Renewed {took.TotalSeconds:0.00} s after the start; the first start took {first.TotalSeconds:0.00} s.");
        Assert.InRange(took, TimeSpan.Zero, first + s_late); // with a margin for a busy machine
        Assert.Empty(await again.HistoryAsync("door"));
        await again.ReleaseAsync(lease);
    }

    /// <summary>The holder was killed before it listened. It cannot be asked, so it is watched for a heartbeat.</summary>
    [Fact]
    public async Task A_node_waits_for_a_name_whose_holder_has_no_address_and_then_takes_it()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        await SetHolderAsync(redis.GetDatabase(), address: null);

        var node = Start();
        var took = await Eventually.TrueAsync(() => HoldsNameAsync(redis.GetDatabase(), node), s_patience, "it has the name");

        Assert.InRange(took, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));
        await node.HealthyAsync();
        await node.ReleaseAsync(await node.AcquireAsync("door", Session()));
    }

    [Fact]
    public async Task Of_nodes_of_one_name_that_start_at_once_one_goes_on()
    {
        var all = Enumerable.Range(0, 3).Select(_ => Start()).ToList();
        await Eventually.TrueAsync(() => all.Count(node => node.IsRunning) == 1, s_patience, "two have given way");

        var left = all.Single(node => node.IsRunning);
        await left.HealthyAsync();
        await left.ReleaseAsync(await left.AcquireAsync("door", Session()));
        Assert.All(all.Where(node => node != left), node => Assert.Contains("'Node:Name' must be unique", node.Log, StringComparison.Ordinal));
    }

    /// <summary>Another process took the name, for example because the network was broken in one direction.</summary>
    [Fact]
    public async Task A_node_that_has_lost_its_name_releases_its_cameras_and_stops()
    {
        var displaced = await StartAsync();
        var lease = await displaced.AcquireAsync("door", Session());
        var workers = Processes.WorkersOf(displaced.Pid);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var beating = BeatAsync(redis.GetDatabase(), over.Token);

        Assert.Equal(1, await displaced.ExitAsync());

        await over.CancelAsync();
        await beating;
        Assert.Contains("This node releases its cameras and stops: 'Node:Name' must be unique", displaced.Log, StringComparison.Ordinal);
        Assert.Contains($"Camera door released: lease {lease.Ref}, shutdown", displaced.Log, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => !workers.Any(Processes.IsAlive), s_patience, "its workers are gone");
        Assert.Contains("someother", (string)(await redis.GetDatabase().HashGetAsync("attendance:{nodes}", "one"))!, StringComparison.Ordinal); // the stopped node does not sign off the other holder
    }

    /// <summary>The store came back with old data, and the process that it names as the holder is gone.</summary>
    [Fact]
    public async Task A_node_takes_its_name_back_from_a_dead_process_of_an_old_store()
    {
        var node = await StartAsync();
        var lease = await node.AcquireAsync("door", Session());
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Store.ConnectionString);
        await SetHolderAsync(redis.GetDatabase(), node.Address); // the named holder is asked at this node's address, where it no longer is

        await Eventually.TrueAsync(() => HoldsNameAsync(redis.GetDatabase(), node), s_patience, "it has its name again");

        Assert.Equal(HttpStatusCode.OK, await node.RenewAsync(lease));
        Assert.Empty(await node.HistoryAsync("door"));
    }

    /// <summary>Sends heartbeats of another instance that is alive and cannot be asked.</summary>
    private static async Task BeatAsync(IDatabase store, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await SetHolderAsync(store, address: null);
            await Task.WhenAny(Task.Delay(500, cancellationToken));
        }
    }

    private static Task<bool> SetHolderAsync(IDatabase store, Uri? address) =>
        store.HashSetAsync("attendance:{nodes}", "one", SignedEntry.Of("one", "someother", address));

    private static async Task<bool> HoldsNameAsync(IDatabase store, NodeProcess node) =>
        ((string?)await store.HashGetAsync("attendance:{nodes}", "one"))!.Contains(node.Address.Authority, StringComparison.Ordinal);

    private static async Task<bool> IsRenewedAsync(NodeProcess node, Lease lease)
    {
        try
        {
            return await node.RenewAsync(lease) == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> AlertsAsync(NodeProcess node) =>
        [.. (await node.Http.GetFromJsonAsync<JsonElement>("/api/alerts", Cancel)).GetProperty("alerts").EnumerateArray()];

    private NodeProcess Start() => Owned(NodeProcess.Start(Store.ConnectionString, "one", Door));

    private Task<NodeProcess> StartAsync() => StartNodeAsync(Store.ConnectionString, "one", Door);

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

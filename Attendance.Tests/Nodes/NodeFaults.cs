using System.Net;
using System.Net.Http.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Faults;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>A node that dies, one that is cut off, and a store that stops while several nodes use it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class NodeFaults : IAsyncLifetime
{
    /// <summary>From the moment a node vanishes until its leases have ended.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(20);

    private readonly RedisStore _store = new();
    private readonly List<IAsyncDisposable> _started = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _store.InitializeAsync();
        Assert.SkipWhen(_store.Missing is not null, _store.Missing ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_started))
        {
            await one.DisposeAsync();
        }

        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_is_killed_is_lost_its_leases_end_and_a_shared_camera_is_opened_by_another()
    {
        var (one, two) = (await StartAsync("one"), await StartAsync("two"));
        await Task.WhenAll(one.KnowsAsync(two), two.KnowsAsync(one));
        var own = await one.AcquireAsync("cam-two", Session(), ttlSeconds: 3600);
        using (var shared = await two.Http.PostAsync("/api/leases?node=two", Wish("hall"), Cancel))
        {
            Assert.Equal(HttpStatusCode.Created, shared.StatusCode);
        }

        await two.SignalAsync("KILL");
        using (var refused = await one.AskAsync("cam-two", Session()))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        var took = await Processes.UntilAsync(
            async () => await one.LastReasonAsync("cam-two") == "node_lost" && await one.LastReasonAsync("hall") == "node_lost",
            s_bound, "the leases of the lost node have ended", Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine($"lost after {took.TotalSeconds:0.0} s");

        var again = await one.AcquireAsync("hall", Session());
        Assert.Equal("one", (await one.CameraAsync("hall")).GetProperty("node").GetString());
        Assert.Equal(HttpStatusCode.Gone, await one.RenewAsync(own));
        Assert.Contains("Node two has vanished; 2 leases", one.Log, StringComparison.Ordinal);
        await one.ReleaseAsync(again);

        // It comes back, and is as before.
        var back = await StartAsync("two");
        await one.KnowsAsync(back);
        await one.ReleaseAsync(await one.AcquireAsync("cam-two", Session()));
    }

    [Fact]
    public async Task A_node_that_is_cut_off_frees_its_cameras_before_the_others_take_them_for_lost()
    {
        await using var toStore = new SilentNetwork(new Uri($"http://{_store.ConnectionString.Split(',')[0]}"));
        var one = await StartAsync("one");
        var two = await StartAsync("two", toStore);
        await Task.WhenAll(one.KnowsAsync(two), two.KnowsAsync(one));
        using (var shared = await two.Http.PostAsync("/api/leases?node=two", Wish("hall"), Cancel))
        {
            Assert.Equal(HttpStatusCode.Created, shared.StatusCode);
        }

        await two.AcquireAsync("cam-two", Session(), ttlSeconds: 3600);
        var workers = Processes.WorkersOf(two.Pid);

        toStore.FallSilent();
        var freed = await Processes.UntilAsync(
            async () => await LocalStateAsync(two, "hall") == "available" && await LocalStateAsync(two, "cam-two") == "available",
            s_bound, "the node that is cut off has freed its cameras", Cancel);

        Assert.NotEqual("node_lost", await one.LastReasonAsync("hall")); // the others still take it for alive
        Assert.True(workers.Count(Processes.IsAlive) <= 1, "But for the spare one no worker is left.");
        await Processes.UntilAsync(
            async () => await one.LastReasonAsync("hall") == "node_lost" && await one.LastReasonAsync("cam-two") == "node_lost",
            s_bound, "the others have ended its leases", Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine($"freed after {freed.TotalSeconds:0.0} s");
        await one.ReleaseAsync(await one.AcquireAsync("hall", Session()));
    }

    [Fact]
    public async Task A_store_that_stops_for_all_ends_nothing_before_its_time()
    {
        var (one, two) = (await StartAsync("one"), await StartAsync("two"));
        await Task.WhenAll(one.KnowsAsync(two), two.KnowsAsync(one));
        var lease = await one.AcquireAsync("cam-two", Session(), ttlSeconds: 120);

        Processes.Signal(_store.Pid, "STOP");
        await Task.Delay(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("held", await LocalStateAsync(two, "cam-two"));

        Processes.Signal(_store.Pid, "CONT");
        await Task.Delay(TimeSpan.FromSeconds(8), Cancel); // who would be taken for lost, were it by the store's clock alone, is by now
        Assert.Equal("held", await one.StateAsync("cam-two"));
        Assert.Equal(HttpStatusCode.OK, await one.RenewAsync(lease));
        Assert.Empty(await one.HistoryAsync("cam-two"));
        await one.ReleaseAsync(lease);
    }

    private static Task<string?> LocalStateAsync(NodeProcess node, string cameraId) => node.StateAsync($"{cameraId}?node={node.Name}");

    private static JsonContent Wish(string cameraId) => JsonContent.Create(new { session_id = Session(), camera_id = cameraId, ttl_seconds = 3600 });

    private async Task<NodeProcess> StartAsync(string name, SilentNetwork? toStore = null)
    {
        var store = toStore is null
            ? _store.ConnectionString
            : $"{toStore.Address.Authority},{string.Join(',', _store.ConnectionString.Split(',')[1..])}";
        var node = await NodeProcess.StartAsync(
            store, name, $"--Cameras:cam-{name}:Source=test-pattern", "--Cameras:hall:Source=test-pattern", "--Cameras:hall:Scope=lobby");
        _started.Add(node);
        return node;
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

using System.Net;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Nodes;

/// <summary>A store that stops while several nodes use it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class StoreAwayTests : IAsyncLifetime
{
    private readonly RedisStore _store = new();
    private readonly List<NodeProcess> _started = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _store.InitializeAsync();
        Assert.SkipWhen(_store.Missing is not null, _store.Missing ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _started)
        {
            await node.DisposeAsync();
        }

        await _store.DisposeAsync();
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

    private async Task<NodeProcess> StartAsync(string name)
    {
        var node = await NodeProcess.StartAsync(_store.ConnectionString, name, $"--Cameras:cam-{name}:Source=test-pattern");
        _started.Add(node);
        return node;
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

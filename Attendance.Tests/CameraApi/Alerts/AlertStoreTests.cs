using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Store;
using Attendance.Tests.CameraApi.Leases;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

public sealed class AlertStoreOnRedisTests(RedisStore store) : AlertStoreTests(store), IClassFixture<RedisStore>;

public sealed class AlertStoreOnGarnetTests(GarnetStore store) : AlertStoreTests(store), IClassFixture<GarnetStore>;

/// <summary>Tests what the store keeps about alerts, nodes, and actions of ops.</summary>
public abstract class AlertStoreTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly StoreServer _server;
    private readonly string _node = "node-" + Guid.NewGuid().ToString("N")[..12];
    private IHost _host = null!;

    protected AlertStoreTests(StoreServer server) => _server = server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AlertStore Alerts => _host.Services.GetRequiredService<AlertStore>();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(_server.Missing is not null, _server.Missing ?? "");
        _host = LeaseNode.Build(_server.ConnectionString, _node, TimeProvider.System);
        await _host.Services.GetRequiredService<BackgroundStoreWriter>().StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.Services.GetRequiredService<BackgroundStoreWriter>().StopAsync(Cancel);
            _host.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_alert_is_kept_through_its_life_and_then_in_the_history()
    {
        var alert = New("one");
        Alerts.Keep(alert);
        Alerts.Keep(alert with { State = AlertState.Acknowledged, AcknowledgedBy = "account-1" });
        await Eventually.TrueAsync(
            async () => (await Alerts.ReadUnresolvedAsync()).Any(kept => kept.AcknowledgedBy == "account-1"), s_patience, "it is kept");

        Alerts.Keep(alert with { State = AlertState.Resolved, ResolvedAt = DateTime.UtcNow });
        await Eventually.TrueAsync(async () => (await Alerts.ReadHistoryAsync(10)).Count == 1, s_patience, "it is history");

        Assert.Empty(await Alerts.ReadUnresolvedAsync());
        var kept = Assert.Single(await Alerts.ReadHistoryAsync(10));
        Assert.Equal((alert.Id, AlertRule.Leak, AlertSeverity.Critical, "door"), (kept.Id, kept.Rule, kept.Severity, kept.CameraId));
    }

    [Fact]
    public async Task The_history_is_bounded_and_newest_first()
    {
        for (var i = 0; i <= AlertStore.HistoryLength + 20; i++)
        {
            Alerts.Keep(New($"alert-{i}") with { State = AlertState.Resolved });
        }

        await Eventually.TrueAsync(
            async () => (await Alerts.ReadHistoryAsync(1)) is [{ } newest] && newest.Id == $"alert-{AlertStore.HistoryLength + 20}", s_patience, "all are written");
        Assert.Equal(AlertStore.HistoryLength, (await Alerts.ReadHistoryAsync(10_000)).Count);
    }

    [Fact]
    public async Task Dead_letters_are_kept()
    {
        Alerts.Bury(new DeadLetter("ops", "one", "alert_opened", DateTime.UtcNow, 7, "answered 500"));
        await Eventually.TrueAsync(async () => (await Alerts.ReadDeadLettersAsync([_node])).Count == 1, s_patience, "it is kept");

        var letter = Assert.Single(await Alerts.ReadDeadLettersAsync([_node + "-nobody", _node]));
        Assert.Equal(("answered 500", _node), (letter.Error, letter.Node));
    }

    [Fact]
    public async Task What_ops_did_is_kept()
    {
        var audit = _host.Services.GetRequiredService<AuditLog>();
        audit.Add("release", "door", "account-1", "It was stuck.", "Free.");
        audit.Add("release_all", null, "account-2", "Fire drill.", "3 released.");
        await Eventually.TrueAsync(async () => (await ReadAsync(audit)).Count == 2, s_patience, "it is kept");

        Assert.Equal(["account-2", "account-1"], (await ReadAsync(audit)).Select(entry => entry.By));
    }

    [Fact]
    public async Task The_audit_of_two_nodes_is_one_list_whose_pages_stay_put_when_entries_are_added()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(1)); // the newest of all that this store has
        using var other = LeaseNode.Build(_server.ConnectionString, _node + "-other", clock);
        using var here = LeaseNode.Build(_server.ConnectionString, _node, clock);
        var writes = ((IHost[])[other, here]).Select(host => host.Services.GetRequiredService<BackgroundStoreWriter>()).ToList();
        await Task.WhenAll(writes.Select(one => one.StartAsync(Cancel)));
        var (there, audit) = (other.Services.GetRequiredService<AuditLog>(), here.Services.GetRequiredService<AuditLog>());
        for (var i = 0; i < 8; i++)
        {
            (i % 2 == 0 ? there : audit).Add("release", "door", $"account-{i}", "It was stuck.", "Free.");
            clock.Advance(i == 5 ? TimeSpan.Zero : TimeSpan.FromSeconds(1)); // two entries have the same time
        }

        await Eventually.TrueAsync(
            async () => (await ReadAsync(audit)).Count == 4 && (await audit.ReadAsync(1000, null, _node + "-other")).Items.Count == 4, s_patience, "all is kept");
        var read = new List<AuditEntry>();
        string? next = null;
        do
        {
            var (items, more) = await there.ReadAsync(3, next is null ? null : AuditPosition.Parse(next));
            read.AddRange(items.Where(entry => entry.Node.StartsWith(_node, StringComparison.Ordinal)));
            next = more;
            clock.Advance(TimeSpan.FromSeconds(1));
            var count = (await audit.ReadAsync(1000)).Items.Count;
            audit.Add("reopen", "door", "meanwhile", "It was stuck.", "Another opens it.");
            await Eventually.TrueAsync(async () => (await audit.ReadAsync(1000)).Items.Count == count + 1, s_patience, "it is kept");
        }
        while (next is not null && read.Count < 8);

        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"account-{i}").Order(), read.Select(entry => entry.By).Order());
        Assert.Equal(read.Select(entry => entry.At).OrderDescending(), read.Select(entry => entry.At));
        Assert.Null(AuditPosition.Parse("nonsense"));
        await Task.WhenAll(writes.Select(one => one.StopAsync(Cancel)));
    }

    [Fact]
    public async Task A_node_that_vanishes_is_lost_and_one_that_stops_is_not()
    {
        using var stopping = LeaseNode.Build(_server.ConnectionString, _node + "-stopping", TimeProvider.System);
        using var vanishing = LeaseNode.Build(_server.ConnectionString, _node + "-vanishing", TimeProvider.System);
        using var watching = LeaseNode.Build(_server.ConnectionString, _node, TimeProvider.System, ("Alerts:NodeLost", "00:00:06"));
        var registry = watching.Services.GetRequiredService<NodeRegistry>();
        foreach (var host in (IHost[])[stopping, vanishing])
        {
            await host.Services.GetRequiredService<NodeRegistry>().StartAsync(Cancel);
        }

        await registry.StartAsync(Cancel);
        await Eventually.TrueAsync(() => Others().Count() == 2, TimeSpan.FromSeconds(20), "both are seen");
        Assert.All(Others(), node => Assert.Equal(NodeState.Up, node.State));

        await stopping.Services.GetRequiredService<NodeRegistry>().StopAsync(Cancel);
        vanishing.Services.GetRequiredService<NodeRegistry>().Dispose(); // ends its heartbeat without signing off

        await Eventually.TrueAsync(() => registry.Lost.Any(), TimeSpan.FromSeconds(30), "the one that vanished is lost");
        Assert.Equal(_node + "-vanishing", Assert.Single(registry.Lost).Node);
        Assert.DoesNotContain(Others(), node => node.Node == _node + "-stopping");
        await registry.StopAsync(Cancel);

        IEnumerable<OpsNode> Others() => registry.All.Skip(1).Where(node => node.Node.StartsWith(_node, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<AuditEntry>> ReadAsync(AuditLog audit) => (await audit.ReadAsync(1000, null, _node)).Items;

    private Alert New(string id) => new(
        id, AlertRule.Leak, AlertSeverity.Critical, AlertState.Open, "door", "door", _node, "It leaks.", "It was ended.", "Nothing.", 1,
        DateTime.UtcNow, DateTime.UtcNow, null, null, null);
}

using System.Globalization;
using System.Text.Json;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Operations;

internal enum NodeState
{
    Up,

    /// <summary>It did not say that it stops, and has not been heard of.</summary>
    Lost,
}

/// <param name="Store">As this node last found it: <c>available</c> or <c>unavailable</c>.</param>
internal sealed record OpsNode(string Node, NodeState State, DateTime StartedAt, DateTime SeenAt, int Cameras, int Held, string Store);

/// <summary>
/// Tells the store every few seconds that this node is there, and hears which others are. A node that stops takes its name back;
/// one that vanishes is lost, and forgotten after a day.
/// </summary>
internal sealed partial class NodeRegistry(
    StoreConnection store,
    CameraCatalog catalog,
    CameraLeases leases,
    LeaseUpkeep upkeep,
    IOptions<NodeOptions> node,
    IOptions<AlertOptions> options,
    TimeProvider clock,
    ILogger<NodeRegistry> logger) : BackgroundService
{
    private static readonly RedisKey s_nodes = "attendance:nodes";
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(1);

    private readonly string _instance = Guid.NewGuid().ToString("N")[..8];
    private readonly DateTime _startedAt = clock.GetUtcNow().UtcDateTime;
    private volatile IReadOnlyList<OpsNode> _others = [];

    /// <summary>This one first.</summary>
    public IReadOnlyList<OpsNode> All => [Self, .. _others];

    public IEnumerable<OpsNode> Lost => _others.Where(other => other.State == NodeState.Lost);

    private OpsNode Self => new(
        node.Value.Name,
        NodeState.Up,
        _startedAt,
        clock.GetUtcNow().UtcDateTime,
        catalog.List().Count,
        leases.Live.Count(),
        upkeep.StoreIsAway ? "unavailable" : "available");

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            var mine = await store.AskAsync("node", database => database.HashGetAsync(s_nodes, node.Value.Name));
            if (mine.ToString().Contains(_instance, StringComparison.Ordinal))
            {
                await store.AskAsync("node", database => database.HashDeleteAsync(s_nodes, node.Value.Name));
            }
        }
        catch (StoreUnavailableException)
        {
            // Others will take it for lost, until its next run.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_beat, clock);
        do
        {
            try
            {
                _others = await BeatAsync();
            }
            catch (StoreUnavailableException)
            {
                // The alert of the store tells of it. Nothing is known of the others meanwhile, so what was known stays.
            }
            catch (Exception exception)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IReadOnlyList<OpsNode>> BeatAsync()
    {
        var self = Self;
        var said = JsonSerializer.Serialize(
            new Entry(self.Node, _instance, new DateTimeOffset(self.StartedAt).ToUnixTimeMilliseconds(), self.Cameras, self.Held, 0), JsonBody.Options);
        var reply = (string[])(await store.AskAsync("node", database => Leases.LuaScript.Node.RunAsync(
            database,
            [s_nodes],
            [self.Node, said[..said.LastIndexOf(",\"seen_at\"", StringComparison.Ordinal)], (long)s_memory.TotalMilliseconds])))!;
        var now = long.Parse(reply[0], CultureInfo.InvariantCulture);
        return
        [
            .. reply.Skip(1).Select(text => JsonSerializer.Deserialize<Entry>(text, JsonBody.Options)!)
                .Where(entry => entry.Node != self.Node)
                .OrderBy(entry => entry.Node, StringComparer.Ordinal)
                .Select(entry => Describe(entry, now)),
        ];
    }

    private OpsNode Describe(Entry entry, long now) => new(
        entry.Node,
        TimeSpan.FromMilliseconds(now - entry.SeenAt) > options.Value.NodeLost ? NodeState.Lost : NodeState.Up,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.StartedAt).UtcDateTime,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.SeenAt).UtcDateTime,
        entry.Cameras,
        entry.Held,
        "available"); // or it could not have said so

    /// <summary>What the store has of a node; <c>seen_at</c> comes last, for the store writes it.</summary>
    private sealed record Entry(string Node, string Instance, long StartedAt, int Cameras, int Held, long SeenAt);

    [LoggerMessage(LogLevel.Error, "This node could not say that it is there")]
    private partial void LogFailed(Exception exception);
}

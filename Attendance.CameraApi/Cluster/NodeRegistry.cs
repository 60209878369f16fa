using System.Diagnostics.CodeAnalysis;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;
using Attendance.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Sends this node's heartbeat to the store every two seconds and reads which other nodes are there. A node that stops removes
/// its entry. A node that vanishes is lost: the first node to notice ends its leases, and its entry is removed after a day.
/// </summary>
internal sealed partial class NodeRegistry(
    NodeStore nodeStore,
    CameraCatalog catalog,
    CameraLeases leases,
    LeaseUpkeep upkeep,
    LostNodes lost,
    Isolation isolation,
    CameraOwners owners,
    SessionNodes sessions,
    ThisNode self,
    IHostApplicationLifetime lifetime,
    IOptions<AlertOptions> options,
    TimeProvider clock,
    ILogger<NodeRegistry> logger) : BackgroundService
{
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Limit on entries that each node reads per second, regardless of the number of nodes.</summary>
    private const int ReadPerSecond = 20;

    private static readonly TimeSpan s_memory = TimeSpan.FromDays(1);

    private readonly RepeatedFailure _failure = new();
    private volatile IReadOnlyList<NodeEntry> _others = [];
    private long _listedNow;
    private long _listedAt;
    private long _heardAt = clock.GetTimestamp();

    /// <summary>All nodes, this one first.</summary>
    public IReadOnlyList<OpsNode> All => [Self, .. _others.Select(Describe)];

    public IEnumerable<OpsNode> Lost => _others.Select(Describe).Where(other => other.State == NodeState.Lost);

    /// <summary>Other nodes that can be asked, as far as this node knows.</summary>
    public IEnumerable<NodeEntry> Up => _others.Where(IsUp);

    public bool IsAlone => !Up.Any();

    /// <summary>
    /// Whether the store answered within <see cref="Isolation.Lately"/>. In an outage of the store, another node's last answer is at
    /// most one beat later than this node's.
    /// </summary>
    public bool HearsStore => clock.GetElapsedTime(Volatile.Read(ref _heardAt)) < Isolation.Lately;

    /// <summary>
    /// Whether this node reports the lost nodes. One node reports for all: the one that has run longest, so that a node that starts
    /// later does not report them again.
    /// </summary>
    public bool TellsOfLost => _others.Where(other => !IsLost(other)).All(other =>
        (other.StartedAt, other.Node).CompareTo((self.StartedMilliseconds, self.Name)) > 0);

    /// <summary>Number of leases held on this node.</summary>
    public int Held => leases.LiveCount;

    public bool IsSelf(string name) => name == self.Name;

    /// <summary>Finds another node, up or lost. A node that started a moment ago is not known yet.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out NodeEntry? entry)
    {
        entry = _others.FirstOrDefault(other => other.Node == name);
        return entry is not null;
    }

    /// <summary>Finds another node that can be asked.</summary>
    public bool TryGetUp(string name, [NotNullWhen(true)] out NodeEntry? entry) => TryGet(name, out entry) && IsUp(entry);

    public bool IsUp(NodeEntry entry) => entry.Address is not null && !IsLost(entry);

    /// <summary>
    /// Whether the node is lost. A node whose clock is wrong also counts as lost, because it could not tell this node's requests from
    /// replayed ones.
    /// </summary>
    public bool IsLost(NodeEntry entry) =>
        TimeSpan.FromMilliseconds(_listedNow - entry.SeenAt) > options.Value.NodeLost
        || (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(entry.SaidAt)).Duration() > NodeSignature.Skew + options.Value.NodeLost;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (await nodeStore.FindAsync(self.Name) is { } mine && mine.Instance == self.Instance)
            {
                await owners.WithdrawAsync();
                await nodeStore.RemoveAsync(self.Name);
            }
        }
        catch (StoreUnavailableException)
        {
            // Other nodes take this one for lost until its next run.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource();
        await using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
        while (!stoppingToken.IsCancellationRequested)
        {
            var saidWhere = listening.Task.IsCompleted;
            try
            {
                await BeatAsync();
                if (_failure.IsOver())
                {
                    LogWell();
                }
            }
            catch (Exception exception)
            {
                // The next beat tries again: nothing may end this loop but the end of the node.
                if (_failure.IsNew(exception))
                {
                    LogFailed(exception);
                }
            }

            // Shortens the pause so that a beat falls on the moment when the store's silence reaches Isolation.Patience.
            var patience = Isolation.Patience - clock.GetElapsedTime(_heardAt);
            var pause = Task.Delay(patience > TimeSpan.Zero && patience < Beat ? patience : Beat, clock, stoppingToken);
            await (saidWhere ? pause : Task.WhenAny(pause, listening.Task)); // once it listens, a beat announces its address
        }
    }

    private async Task BeatAsync()
    {
        var askedAt = clock.GetTimestamp();
        var cameras = catalog.List();
        try
        {
            var (isNew, silent, holder) = await self.HeartbeatAsync();
            Volatile.Write(ref _heardAt, askedAt);
            if (holder is not null)
            {
                return; // another process has the name; LeaseUpkeep deals with that before it does anything else
            }

            lost.Look(silent.Where(other => !IsSelf(other.Node)).ToList());
            if (clock.GetElapsedTime(_listedAt) >= TimeSpan.FromSeconds((double)_others.Count / ReadPerSecond) || _listedAt == 0)
            {
                await ListAsync();
            }

            await owners.AnnounceAsync(cameras.Select(entry => entry.Camera.Id), again: isNew);
        }
        catch (StoreUnavailableException)
        {
            // An alert reports the store outage. Nothing is known of the other nodes meanwhile, so their last known state stays.
            lost.Forget();
            isolation.Look(clock.GetElapsedTime(_heardAt), [.. Up]);
        }
    }

    private async Task ListAsync()
    {
        var entries = await nodeStore.ListAsync();
        _listedNow = entries.FirstOrDefault(entry => IsSelf(entry.Node))?.SeenAt ?? _listedNow; // store time of this node's last heartbeat
        _listedAt = clock.GetTimestamp();
        var forgotten = entries.Where(entry => _listedNow - entry.SeenAt > s_memory.TotalMilliseconds).ToList();
        foreach (var entry in forgotten)
        {
            await nodeStore.RemoveAsync(entry.Node);
        }

        var wasAlone = IsAlone;
        _others = [.. entries.Except(forgotten).Where(entry => !IsSelf(entry.Node)).OrderBy(entry => entry.Node, StringComparer.Ordinal)];
        sessions.IsAlone = IsAlone;
        if (wasAlone && !IsAlone)
        {
            foreach (var lease in leases.Live)
            {
                sessions.Enter(lease.SessionHash); // not recorded while this node was alone
            }

            LogNotAlone(string.Join(", ", Up.Select(other => other.Node)));
        }
    }

    private OpsNode Self => new(
        self.Name,
        NodeState.Up,
        self.StartedAt,
        clock.GetUtcNow().UtcDateTime,
        catalog.List().Count,
        Held,
        upkeep.StoreIsAway ? "unavailable" : "available");

    private OpsNode Describe(NodeEntry entry) => new(
        entry.Node,
        IsLost(entry) ? NodeState.Lost : NodeState.Up,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.StartedAt).UtcDateTime,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.SeenAt).UtcDateTime,
        entry.Cameras,
        entry.Held,
        "available"); // otherwise the node could not have sent a heartbeat

    [LoggerMessage(LogLevel.Error, "The heartbeat of this node failed; it is retried every two seconds")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "The heartbeat of this node works again")]
    private partial void LogWell();

    [LoggerMessage(LogLevel.Information, "Other nodes of this system: {Nodes}")]
    private partial void LogNotAlone(string nodes);
}

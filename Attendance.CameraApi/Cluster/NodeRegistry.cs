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
/// Tells the store every two seconds that this node is there, and hears which others are. A node that stops takes its name
/// back; one that vanishes is lost, its leases are ended by whoever notices first, and it is forgotten after a day.
/// </summary>
internal sealed partial class NodeRegistry(
    NodeBook book,
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

    /// <summary>Entries read per second and node, however many nodes there are.</summary>
    private const int ReadPerSecond = 20;

    private static readonly TimeSpan s_memory = TimeSpan.FromDays(1);

    private readonly RepeatedFailure _failure = new();
    private volatile IReadOnlyList<NodeEntry> _others = [];
    private long _listedNow;
    private long _listedAt;
    private long _heardAt = clock.GetTimestamp();

    /// <summary>This one first.</summary>
    public IReadOnlyList<OpsNode> All => [Self, .. _others.Select(Describe)];

    public IEnumerable<OpsNode> Lost => _others.Select(Describe).Where(other => other.State == NodeState.Lost);

    /// <summary>Others that can be asked, as far as is known.</summary>
    public IEnumerable<NodeEntry> Up => _others.Where(IsUp);

    public bool IsAlone => !Up.Any();

    /// <summary>Lately. A store that is down for all is so for others a beat later at most.</summary>
    public bool HearsStore => clock.GetElapsedTime(Volatile.Read(ref _heardAt)) < Isolation.Lately;

    /// <summary>
    /// Whether it is this node that tells of those that are lost: one does for all, and it is the one that has run longest, so
    /// that whoever comes later does not tell of them again.
    /// </summary>
    public bool TellsOfLost => _others.Where(other => !IsLost(other)).All(other =>
        (other.StartedAt, other.Node).CompareTo((self.StartedMilliseconds, self.Name)) > 0);

    /// <summary>By this node.</summary>
    public int Held => leases.LiveCount;

    public bool IsSelf(string name) => name == self.Name;

    /// <summary>Another node, up or lost; one that began a moment ago is not known yet.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out NodeEntry? entry)
    {
        entry = _others.FirstOrDefault(other => other.Node == name);
        return entry is not null;
    }

    /// <summary>One that can be asked.</summary>
    public bool TryGetUp(string name, [NotNullWhen(true)] out NodeEntry? entry) => TryGet(name, out entry) && IsUp(entry);

    public bool IsUp(NodeEntry entry) => entry.Address is not null && !IsLost(entry);

    /// <summary>Also one whose clock is wrong: it could not tell this one's requests from old ones that somebody sends again.</summary>
    public bool IsLost(NodeEntry entry) =>
        TimeSpan.FromMilliseconds(_listedNow - entry.SeenAt) > options.Value.NodeLost
        || (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(entry.SaidAt)).Duration() > NodeSignature.Skew + options.Value.NodeLost;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (await book.FindAsync(self.Name) is { } mine && mine.Instance == self.Instance)
            {
                await owners.WithdrawAsync();
                await book.RemoveAsync(self.Name);
            }
        }
        catch (StoreUnavailableException)
        {
            // Others will take it for lost, until its next run.
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

            // When the store has been silent for long enough to be cut off, it is to be asked just then.
            var patience = Isolation.Patience - clock.GetElapsedTime(_heardAt);
            var pause = Task.Delay(patience > TimeSpan.Zero && patience < Beat ? patience : Beat, clock, stoppingToken);
            await (saidWhere ? pause : Task.WhenAny(pause, listening.Task)); // once it listens, it says where
        }
    }

    private async Task BeatAsync()
    {
        var askedAt = clock.GetTimestamp();
        var cameras = catalog.List();
        try
        {
            var (isNew, silent, holder) = await self.SayAsync();
            Volatile.Write(ref _heardAt, askedAt);
            if (holder is not null)
            {
                return; // LeaseUpkeep sees to it, before it does anything else
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
            // The alert of the store tells of it. Nothing is known of the others meanwhile, so what was known stays.
            lost.Forget();
            isolation.Look(clock.GetElapsedTime(_heardAt), [.. Up]);
        }
    }

    private async Task ListAsync()
    {
        var entries = await book.ListAsync();
        _listedNow = entries.FirstOrDefault(entry => IsSelf(entry.Node))?.SeenAt ?? _listedNow; // of a moment ago, by the store's clock
        _listedAt = clock.GetTimestamp();
        var forgotten = entries.Where(entry => _listedNow - entry.SeenAt > s_memory.TotalMilliseconds).ToList();
        foreach (var entry in forgotten)
        {
            await book.RemoveAsync(entry.Node);
        }

        var wasAlone = IsAlone;
        _others = [.. entries.Except(forgotten).Where(entry => !IsSelf(entry.Node)).OrderBy(entry => entry.Node, StringComparer.Ordinal)];
        sessions.IsAlone = IsAlone;
        if (wasAlone && !IsAlone)
        {
            foreach (var lease in leases.Live)
            {
                sessions.Enter(lease.SessionHash); // which nobody had to know before
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
        "available"); // or it could not have said so

    [LoggerMessage(LogLevel.Error, "The heartbeat of this node failed; it is tried again every two seconds")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "The heartbeat of this node works again")]
    private partial void LogWell();

    [LoggerMessage(LogLevel.Information, "Other nodes are there: {Nodes}")]
    private partial void LogNotAlone(string nodes);
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.CameraApi.Store;
using StackExchange.Redis;

namespace Attendance.CameraApi.Cluster;

/// <summary>The nodes' entries in the store: what each node says of itself, and its last heartbeat by the store's own clock.</summary>
internal sealed partial class NodeStore(StoreConnection store, EntrySignature signature)
{
    private const int SilentAtOnce = 20;

    /// <summary>How long one node alone may end the leases of a lost node. After that another node may, in case the first vanished too.</summary>
    private static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // The hash tag keeps these keys on one shard of a Redis cluster.
    private static readonly RedisKey s_nodes = "attendance:{nodes}";
    private static readonly RedisKey s_seen = "attendance:{nodes}:seen";

    private volatile int _forged;

    /// <summary>
    /// Number of entries, as of the last listing, that no node of this system wrote. Their names are not reported because they may
    /// contain anything.
    /// </summary>
    public int Forged => _forged;

    /// <summary>
    /// Records a node's heartbeat and returns the nodes that have been silent for a while. Records nothing if another instance owns
    /// the name.
    /// </summary>
    /// <param name="insteadOf">The instance that owned the name and is gone, or null.</param>
    /// <exception cref="StoreUnavailableException">The store did not confirm the heartbeat.</exception>
    public async Task<HeartbeatReply> HeartbeatAsync(NodeEntry self, TimeSpan silence, string? insteadOf = null)
    {
        var said = JsonSerializer.Serialize(self, WireJson.Options);
        var reply = (RedisResult[])(await store.AskAsync("beat", database => StoreScript.Beat.RunAsync(
            database,
            [s_nodes, s_seen],
            [
                self.Node, signature.Sign(said[..said.LastIndexOf(",\"seen_at\"", StringComparison.Ordinal)]), (long)silence.TotalMilliseconds, SilentAtOnce,
                self.Instance, insteadOf ?? "",
            ])))!;
        return new HeartbeatReply(
            (long)reply[0] == 1,
            [.. ((string[])reply[1]!).Chunk(2).Select(pair => (pair[0], long.Parse(pair[1], CultureInfo.InvariantCulture)))],
            reply.Length > 2 ? Read(self.Node, (RedisValue)reply[2]) ?? Nobody(self.Node, ((string?)reply[2])!) : null);
    }

    /// <summary>Lists all nodes that sent a heartbeat within a day and have not signed off.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<NodeEntry>> ListAsync()
    {
        var all = await store.AskAsync("nodes", database => database.HashGetAllAsync(s_nodes));
        var genuine = all.Where(field => signature.IsGenuine(field.Value.ToString())).ToList();
        _forged = all.Length - genuine.Count;
        return [.. genuine.Select(field => ReadGenuine(field.Name.ToString(), field.Value)).OfType<NodeEntry>()];
    }

    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<NodeEntry?> FindAsync(string node) =>
        await store.AskAsync("nodes", database => database.HashGetAsync(s_nodes, node)) is { IsNull: false } entry ? Read(node, entry) : null;

    /// <summary>Removes the entry of a node that stops or that was lost long ago.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer; call again.</exception>
    public Task RemoveAsync(string node) => store.AskAsync(
        "node", database => Task.WhenAll(database.HashDeleteAsync(s_nodes, node), database.SortedSetRemoveAsync(s_seen, node)));

    /// <returns>Whether the caller is the one to end that node's leases.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public Task<bool> ClaimAsync(string node) => store.AskAsync(
        "node", database => database.StringSetAsync($"attendance:{{nodes}}:ending:{node}", "", s_claim, When.NotExists));

    /// <summary>
    /// Records that a lost node's leases have been ended. If the node has come back meanwhile, its next heartbeat adds it again, so
    /// this does no harm.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store does not answer; call again.</exception>
    public Task MarkEndedAsync(string node) => store.AskAsync("node", database => database.SortedSetRemoveAsync(s_seen, node));

    /// <returns>The entry, or null if no node of this system wrote it: it has another version or API key, or is made up.</returns>
    private NodeEntry? Read(string node, RedisValue entry) =>
        signature.IsGenuine(entry.ToString()) ? ReadGenuine(node, entry) : null;

    private NodeEntry? ReadGenuine(string node, RedisValue entry) =>
        store.Read<NodeEntry>("nodes", entry) is { IsSound: true } read && read.Node == node ? read : null;

    /// <summary>Stands for the owner of a name whose entry no node of this system wrote. It cannot be asked and counts as silent.</summary>
    private static NodeEntry Nobody(string node, string entry) => new(node, InstanceIn().Match(entry).Groups[1].Value, Address: null, 0, 0, 0, [], 0, 0);

    [GeneratedRegex("\"instance\":\"([A-Za-z0-9]+)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)] // the same pattern as in beat.lua
    private static partial Regex InstanceIn();
}

/// <param name="IsNew">Whether the store did not know this node before.</param>
/// <param name="Silent">Silent nodes, each with the store's time of its last heartbeat.</param>
/// <param name="Holder">The other instance that owns the name, in which case nothing was recorded; null if this one owns it.</param>
internal sealed record HeartbeatReply(bool IsNew, IReadOnlyList<(string Node, long SeenAt)> Silent, NodeEntry? Holder);

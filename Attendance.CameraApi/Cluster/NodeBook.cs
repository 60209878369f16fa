using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.CameraApi.Store;
using StackExchange.Redis;

namespace Attendance.CameraApi.Cluster;

/// <summary>What the store has of nodes: what each says of itself, and when it was heard last, by the store's own clock.</summary>
internal sealed partial class NodeBook(StoreConnection store, EntrySignature signature)
{
    private const int SilentAtOnce = 20;

    /// <summary>One node ends the leases of a lost one; another may, should that one vanish as well.</summary>
    private static readonly TimeSpan s_claim = TimeSpan.FromSeconds(10);

    // Their hash tag keeps all of it on one shard of a cluster.
    private static readonly RedisKey s_nodes = "attendance:{nodes}";
    private static readonly RedisKey s_seen = "attendance:{nodes}:seen";

    private volatile int _forged;

    /// <summary>Entries, as of the last look, that no node of this system wrote. Their names are not told: they may hold anything.</summary>
    public int Forged => _forged;

    /// <summary>Says that a node is there, and hears which have not said so for a while. Unless another instance has its name.</summary>
    /// <param name="insteadOf">The instance that had the name and is gone.</param>
    /// <exception cref="StoreUnavailableException">Not said, as far as anybody knows.</exception>
    public async Task<Heard> SayAsync(NodeEntry self, TimeSpan silence, string? insteadOf = null)
    {
        var said = JsonSerializer.Serialize(self, WireJson.Options);
        var reply = (RedisResult[])(await store.AskAsync("beat", database => StoreScript.Beat.RunAsync(
            database,
            [s_nodes, s_seen],
            [
                self.Node, signature.Sign(said[..said.LastIndexOf(",\"seen_at\"", StringComparison.Ordinal)]), (long)silence.TotalMilliseconds, SilentAtOnce,
                self.Instance, insteadOf ?? "",
            ])))!;
        return new Heard(
            (long)reply[0] == 1,
            [.. ((string[])reply[1]!).Chunk(2).Select(pair => (pair[0], long.Parse(pair[1], CultureInfo.InvariantCulture)))],
            reply.Length > 2 ? Read(self.Node, (RedisValue)reply[2]) ?? Nobody(self.Node, ((string?)reply[2])!) : null);
    }

    /// <summary>All that said so within a day and did not say that they stop.</summary>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<IReadOnlyList<NodeEntry>> ListAsync()
    {
        var all = await store.AskAsync("nodes", database => database.HashGetAllAsync(s_nodes));
        var genuine = all.Where(field => signature.IsGenuine(field.Value.ToString())).ToList();
        _forged = all.Length - genuine.Count;
        return [.. genuine.Select(field => ReadGenuine(field.Name.ToString(), field.Value)).OfType<NodeEntry>()];
    }

    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<NodeEntry?> FindAsync(string node) =>
        await store.AskAsync("nodes", database => database.HashGetAsync(s_nodes, node)) is { IsNull: false } entry ? Read(node, entry) : null;

    /// <summary>It stops, or was lost long ago.</summary>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public Task RemoveAsync(string node) => store.AskAsync(
        "node", database => Task.WhenAll(database.HashDeleteAsync(s_nodes, node), database.SortedSetRemoveAsync(s_seen, node)));

    /// <returns>Whether it is the caller who ends what that node holds.</returns>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public Task<bool> ClaimAsync(string node) => store.AskAsync(
        "node", database => database.StringSetAsync($"attendance:{{nodes}}:ending:{node}", "", s_claim, When.NotExists));

    /// <summary>What it held is ended. Should it have come back meanwhile it is heard of again, and this changes nothing.</summary>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public Task MarkEndedAsync(string node) => store.AskAsync("node", database => database.SortedSetRemoveAsync(s_seen, node));

    /// <returns>Null for what no node of this system has said: another version, another API key, or somebody who made it up.</returns>
    private NodeEntry? Read(string node, RedisValue entry) =>
        signature.IsGenuine(entry.ToString()) ? ReadGenuine(node, entry) : null;

    private NodeEntry? ReadGenuine(string node, RedisValue entry) =>
        store.Read<NodeEntry>("nodes", entry) is { IsSound: true } read && read.Node == node ? read : null;

    /// <summary>Whose name the store would keep for an entry that no node wrote. It cannot be asked, and gives no sign of life.</summary>
    private static NodeEntry Nobody(string node, string entry) => new(node, InstanceIn().Match(entry).Groups[1].Value, Address: null, 0, 0, 0, [], 0, 0);

    [GeneratedRegex("\"instance\":\"([A-Za-z0-9]+)\"")] // as beat.lua has it
    private static partial Regex InstanceIn();
}

/// <param name="IsNew">The store did not know this node.</param>
/// <param name="Silent">With the store's time of their last sign of life.</param>
/// <param name="Holder">Another instance, which has the name: then nothing was said. Null where it is ours.</param>
internal sealed record Heard(bool IsNew, IReadOnlyList<(string Node, long SeenAt)> Silent, NodeEntry? Holder);

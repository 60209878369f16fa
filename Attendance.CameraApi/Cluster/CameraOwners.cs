using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Finds the nodes that have a camera of a given id. Usually it is one node. It can also be all nodes that share the camera, or
/// several nodes whose own cameras happen to have the same id. Each node adds itself to one set per camera id.
/// </summary>
internal sealed class CameraOwners(StoreConnection store, IOptions<NodeOptions> node, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private HashSet<string> _announced = [];
    private long _announcedAt;

    /// <summary>Returns the owners in the order of their names, including lost nodes.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(string cameraId)
    {
        if (_known.TryGetValue(cameraId, out IReadOnlyList<string>? known))
        {
            return known!;
        }

        var found = Array.ConvertAll(await store.AskAsync("owners", database => database.SetMembersAsync(Key(cameraId))), value => value.ToString());
        Array.Sort(found, StringComparer.Ordinal);
        return _known.Set<IReadOnlyList<string>>(
            cameraId, found, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = s_fresh, Size = 1 });
    }

    /// <summary>Announces new cameras, withdraws those that are gone, and announces every minute all of them because the store may lose them.</summary>
    /// <param name="again">Whether to announce all cameras because the store did not know this node.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer; call again.</exception>
    public async Task AnnounceAsync(IEnumerable<string> cameraIds, bool again)
    {
        var all = cameraIds.ToHashSet(StringComparer.Ordinal);
        var isDue = again || _announcedAt == 0 || clock.GetElapsedTime(_announcedAt) >= s_again;
        var added = isDue ? [.. all] : all.Except(_announced).ToList();
        var removed = _announced.Except(all).ToList(); // published cameras come and go
        if (added.Count > 0 || removed.Count > 0)
        {
            await store.AskAsync("owners", database => WhenAll(
                added.Select(id => database.SetAddAsync(Key(id), node.Value.Name)).Concat(removed.Select(id => database.SetRemoveAsync(Key(id), node.Value.Name)))));
            _announced = all;
            _announcedAt = isDue ? clock.GetTimestamp() : _announcedAt;
        }
    }

    /// <exception cref="StoreUnavailableException">
    /// The store does not answer. Other nodes still take this node for an owner, until the registry shows otherwise.
    /// </exception>
    public Task WithdrawAsync() => store.AskAsync(
        "owners", database => WhenAll(_announced.Select(id => database.SetRemoveAsync(Key(id), node.Value.Name))));

    public void Dispose() => _known.Dispose();

    private static async Task<bool> WhenAll(IEnumerable<Task> tasks)
    {
        await Task.WhenAll(tasks);
        return true;
    }

    private static RedisKey Key(string cameraId) => $"attendance:owners:{cameraId}";
}

using Attendance.CameraApi.Node;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Which nodes have a camera of some id: mostly one; all that share it; or several with cameras of their own that happen
/// to be called alike. Each node says so of its own, in a set for each id.
/// </summary>
internal sealed class CameraOwners(StoreConnection store, IOptions<NodeOptions> node, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private HashSet<string> _announced = [];
    private long _announcedAt;

    /// <summary>In the order of their names; with those that are lost.</summary>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
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

    /// <summary>Tells what is new, and everything now and then: the store may lose it.</summary>
    /// <param name="again">The store did not know this node.</param>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public async Task AnnounceAsync(IEnumerable<string> cameraIds, bool again)
    {
        var all = cameraIds.ToHashSet(StringComparer.Ordinal);
        var isDue = again || _announcedAt == 0 || clock.GetElapsedTime(_announcedAt) >= s_again;
        var added = isDue ? [.. all] : all.Except(_announced).ToList();
        if (added.Count > 0)
        {
            await store.AskAsync("owners", database => WhenAll(added.Select(id => database.SetAddAsync(Key(id), node.Value.Name))));
            _announced = all;
            _announcedAt = isDue ? clock.GetTimestamp() : _announcedAt;
        }
    }

    /// <exception cref="StoreUnavailableException">Others go on taking this node for an owner, and are told otherwise by the registry.</exception>
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

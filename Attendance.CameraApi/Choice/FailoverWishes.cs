using System.Text.Json;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Choice;

/// <summary>
/// Stores which leases of this node may move, and to what, for the node's next run. This is kept apart from the store's entry of
/// a lease because only the lease's node reads it. A lease whose wish is lost waits for its own camera.
/// </summary>
internal sealed class FailoverWishes(
    StoreConnection store, BackgroundStoreWriter writes, LeaseIdSeal ids, IOptions<NodeOptions> node, IOptions<LeaseOptions> options)
{
    private readonly string _key = $"attendance:{{{node.Value.Name}}}:failover";

    public void Keep(CameraLease lease) => writes.Add("failover", async database =>
    {
        await database.HashSetAsync(_key, ids.Seal(lease.Id), JsonSerializer.Serialize(lease.FailoverTo, WireJson.Options));
        await database.KeyExpireAsync(_key, options.Value.MaxHold); // in case this node never comes back
    });

    public void Forget(string leaseId) => writes.Add("failover", database => database.HashDeleteAsync(_key, ids.Seal(leaseId)));

    /// <returns>The requirements by lease id. Some of the leases may have ended.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, CameraRequirements>> ReadAsync() =>
        (await store.AskAsync("failover", database => database.HashGetAllAsync(_key)))
            .Select(field => (LeaseId: ids.Open(field.Name.ToString()), To: store.Read<CameraRequirements>("failover", field.Value)))
            .Where(wish => wish is { LeaseId: not null, To: not null })
            .ToDictionary(wish => wish.LeaseId!, wish => wish.To!, StringComparer.Ordinal);
}

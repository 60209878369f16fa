using System.Security.Cryptography;
using System.Text;
using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using Medallion.Threading.Redis;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Store;

/// <summary>Runs two scripts that do nothing, to measure the round trips alone.</summary>
internal sealed class EmptyScripts(IDatabase database) : Competitor("floor: two empty scripts")
{
    private const string Script = "return 1";

#pragma warning disable CA5350 // EVALSHA names a script by SHA-1; nothing is protected by it.
    private readonly byte[] _hash = SHA1.HashData(Encoding.UTF8.GetBytes(Script));
#pragma warning restore CA5350

    public Task LoadAsync() => database.ScriptEvaluateAsync(Script);

    protected override async Task<bool> CycleAsync(int caller, TimeSpan patience)
    {
        await database.ScriptEvaluateAsync(_hash);
        await database.ScriptEvaluateAsync(_hash);
        return true;
    }
}

/// <param name="things">Over how many locks the callers are spread.</param>
internal sealed class DistributedLocks(IDatabase database, int things) : Competitor("DistributedLock.Redis")
{
    protected override async Task<bool> CycleAsync(int caller, TimeSpan patience)
    {
        await using var handle = await new RedisDistributedLock($"bench-{caller % things}", database)
            .TryAcquireAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
        return handle is not null;
    }
}

/// <summary>The store alone: token, deadline and ledger, no device.</summary>
internal sealed class StoredLeases(LeaseStore store) : Competitor("Attendance, store")
{
    protected override async Task<bool> CycleAsync(int caller, TimeSpan patience)
    {
        var (camera, session) = ($"bench-{caller}", BenchNode.Session(caller));
        var grant = (StoreGrant.Granted)await store.AcquireAsync(camera, Identifiers.NewLeaseId(), session, TimeSpan.FromSeconds(30));
        await store.ReleaseAsync(
            new StoredLease(camera, grant.LeaseId, session, grant.FencingToken, grant.AcquiredAt, WasGranted: true),
            new LeaseEnd(ReleaseReason.Client));
        return true;
    }
}

/// <summary>Whole leases as the API grants them, with its waiting line, but without devices.</summary>
internal sealed class WholeLeases(BenchNode node, int things) : Competitor("Attendance, whole leases")
{
    protected override async Task<bool> CycleAsync(int caller, TimeSpan patience)
    {
        var wish = new AcquireOptions(BenchNode.Session(caller), Wait: patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
        if (await node.Leases.AcquireAsync(node.Slot($"bench-{caller % things}"), wish, CancellationToken.None) is not AcquireOutcome.Granted granted)
        {
            return false;
        }

        await node.Leases.EndAsync(granted.Lease, new LeaseEnd(ReleaseReason.Client));
        return true;
    }
}

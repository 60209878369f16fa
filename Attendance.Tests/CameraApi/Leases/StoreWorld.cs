using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>A real store and its model, for one story. Each story has a node, and so keys, of its own.</summary>
/// <param name="connections">Several, because a server runs the commands of one connection in order anyway.</param>
internal sealed class StoreWorld(IReadOnlyList<ConnectionMultiplexer> connections)
{
    /// <summary>The TTL of every lease. It is longer than any story, so a deadline passes only when a step says so.</summary>
    public static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    private readonly string _node = "node-" + Guid.NewGuid().ToString("N")[..12];
    private readonly List<StoredLease> _handed = [];
    private LeaseStore[]? _stores;

    public StoreModel Model { get; } = new();

    public LeaseStore Store => Stores[0];

    private LeaseStore[] Stores => _stores ??= [.. connections.Select(connection => TestStore.Of(connection, _node, TimeSpan.FromSeconds(10)))];

    private IDatabase Database => connections[0].GetDatabase();

    private RedisKey Deadlines => $"attendance:{{{_node}}}:deadlines";

    public LeaseStore StoreOf(string session) => Stores[StoreStep.IndexOf(session) % Stores.Length];

    /// <summary>Asks for the camera and compares the answer with the model's.</summary>
    /// <returns>Null when another session has the camera.</returns>
    public async Task<StoredLease?> AcquireAsync(string cameraId, string session, string? leaseId = null)
    {
        leaseId ??= Identifiers.NewLeaseId();
        var camera = Model[cameraId];
        var answer = await StoreOf(session).AcquireAsync(cameraId, leaseId, session, Ttl);
        if (!camera.MakeWayFor(session))
        {
            Assert.InRange(Assert.IsType<StoreGrant.Busy>(answer).Remaining, TimeSpan.FromMilliseconds(1), Ttl);
            return null;
        }

        var granted = Assert.IsType<StoreGrant.Granted>(answer);
        var lease = new StoredLease(cameraId, granted.LeaseId, session, granted.FencingToken, granted.AcquiredAt, WasGranted: true);
        if (camera.Held is { } held)
        {
            Assert.Equal(held, lease); // the same lease is granted again
            camera.Keep(held);
            return held;
        }

        Assert.Equal(leaseId, lease.LeaseId);
        Assert.True(lease.FencingToken > camera.HighestToken, $"Token {lease.FencingToken} after {camera.HighestToken}.");
        Assert.True(lease.FencingToken > camera.Fence, $"Token {lease.FencingToken}, and the store had {camera.Fence}.");
        camera.Grant(lease);
        return lease;
    }

    /// <summary>Ends a lease that nobody answers for: an overdue one or, as reconciliation does, the very lease that was read before.</summary>
    public async Task<string?> SettleAsync(string cameraId, LeaseEnd end, bool onlyOverdue) => await Store.SettleAsync(
        cameraId, end, onlyOverdue ? null : (await Store.ReadAsync(cameraId))?.Lease.LeaseId ?? Identifiers.NewLeaseId());

    public void Hand(StoredLease lease) => _handed.Insert(0, lease);

    public StoredLease? Handed(string cameraId, int back) => _handed.Where(lease => lease.CameraId == cameraId).Skip(back).FirstOrDefault();

    public void Forget(string? session = null) => _handed.RemoveAll(lease => session is null || lease.SessionHash == session);

    /// <summary>Sets the camera's deadline far back, because the store's clock cannot be set and no story waits.</summary>
    public async Task PassDeadlineAsync(string cameraId)
    {
        if (HeldEntry.Parse(await Database.StringGetAsync(Camera(cameraId))) is { } held)
        {
            await Database.StringSetAsync(Camera(cameraId), (held with { Deadline = 1 }).ToString(), Expiration.KeepTtl);
        }

        await Database.SortedSetAddAsync(Deadlines, cameraId, 1, SortedSetWhen.Exists);
    }

    public async Task LoseEverythingAsync()
    {
        await Database.KeyDeleteAsync([Deadlines, .. StoreStep.Cameras.SelectMany(camera => new[] { Camera(camera), Ledger(camera) })]);
        await PassTokensAsync();
    }

    public async Task LoseEntryAsync(string cameraId)
    {
        await Database.KeyDeleteAsync(Camera(cameraId));
        await PassTokensAsync();
    }

    public Task SetFenceAsync(string cameraId, long token) => Database.StringSetAsync(Camera(cameraId), token);

    public Task ForgetScriptsAsync() => Database.ExecuteAsync("SCRIPT", "FLUSH");

    public async Task<long> NowAsync()
    {
        var time = (long[])(await Database.ExecuteAsync("TIME"))!;
        return (time[0] * 1000) + (time[1] / 1000);
    }

    /// <summary>Asserts that store and model agree about every camera: who holds it, what ended and why, and the last token.</summary>
    public async Task CompareAsync()
    {
        var held = Store.FindHeldAsync();
        var overdue = Store.FindOverdueAsync(10);
        await Task.WhenAll(StoreStep.Cameras.Select(CompareAsync));
        Assert.Equal(StoreStep.Cameras.Where(id => Model[id].IsIndexed), (await held).Order());
        Assert.Equal(StoreStep.Cameras.Where(id => Model[id].IsIndexOverdue), (await overdue).Order());
    }

    private async Task CompareAsync(string cameraId)
    {
        var camera = Model[cameraId];
        var entry = Database.StringGetAsync(Camera(cameraId));
        var ledger = await Store.ReadLedgerAsync(cameraId, LeaseStore.LedgerLength);

        Assert.Equal(
            camera.Ledger,
            ledger.Select(ended => new EndedLease(ended.LeaseRef, ended.FencingToken, ended.AcquiredAt, ended.Reason, ended.Detail)));
        Assert.Distinct(ledger.Select(ended => ended.LeaseRef));
        Assert.All(ledger, ended => Assert.Equal(_node, ended.Node));
        Assert.All(ledger, ended => Assert.True(ended.EndedAt >= ended.AcquiredAt));

        var held = HeldEntry.Parse(await entry);
        Assert.Equal(camera.Fence, held?.FencingToken ?? (long?)await entry ?? 0);
        Assert.Equal(camera.Held is null, held is null);
        if (camera.Held is { } lease)
        {
            Assert.Equal(lease.LeaseId, held!.LeaseId);
            Assert.Equal(Identifiers.LeaseRef(lease.LeaseId), held.LeaseRef);
            Assert.Equal(lease.SessionHash, held.SessionHash);
            Assert.Equal(lease.FencingToken, held.FencingToken);
            Assert.Equal(lease.AcquiredAt.ToUnixTimeMilliseconds(), held.AcquiredAt);
            Assert.Equal(camera.IsOverdue, held.Deadline == 1);
        }
    }

    /// <remarks>
    /// Tokens grow over a loss because the clock does. So a store that is back within the millisecond, or whose tokens
    /// had run ahead of its clock, must not be asked before the clock is past them.
    /// </remarks>
    private async Task PassTokensAsync()
    {
        while (await NowAsync() <= StoreStep.Cameras.Max(camera => Model[camera].HighestToken))
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private RedisKey Camera(string cameraId) => $"attendance:{{{_node}}}:lease:{cameraId}";

    private RedisKey Ledger(string cameraId) => $"attendance:{{{_node}}}:ledger:{cameraId}";
}

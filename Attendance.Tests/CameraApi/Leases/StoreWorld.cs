using System.Globalization;
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
    /// <returns>Null when others have the camera.</returns>
    public async Task<StoredLease?> AcquireAsync(string cameraId, string session, LeaseMode mode, string? leaseId = null)
    {
        leaseId ??= Identifiers.NewLeaseId();
        var camera = Model[cameraId];
        var answer = await StoreOf(session).AcquireAsync(cameraId, leaseId, session, Ttl, mode: mode);
        if (!camera.MakeWayFor(session, mode))
        {
            Assert.InRange(Assert.IsType<StoreGrant.Busy>(answer).Remaining, TimeSpan.FromMilliseconds(1), Ttl);
            return null;
        }

        var granted = Assert.IsType<StoreGrant.Granted>(answer);
        var lease = new StoredLease(cameraId, granted.LeaseId, session, granted.FencingToken, granted.AcquiredAt, WasGranted: true) { Mode = mode };
        if (camera.OwnOf(session, mode) is { } own)
        {
            Assert.Equal(own.Lease, lease); // the same lease is granted again
            camera.Keep(own);
            return own.Lease;
        }

        Assert.Equal(leaseId, lease.LeaseId);
        Assert.True(lease.FencingToken > camera.HighestToken, $"Token {lease.FencingToken} after {camera.HighestToken}.");
        Assert.True(lease.FencingToken > camera.Fence, $"Token {lease.FencingToken}, and the store had {camera.Fence}.");
        camera.Grant(lease);
        return lease;
    }

    /// <summary>Ends leases that nobody answers for: overdue ones or, as reconciliation does, one that was read before.</summary>
    public async Task SettleAsync(string cameraId, LeaseEnd end, bool onlyOverdue)
    {
        var leaseId = onlyOverdue ? null : (await Store.ReadAsync(cameraId)) is [var found, ..] ? found.Lease.LeaseId : Identifiers.NewLeaseId();
        Assert.Equal(Model[cameraId].Settle(end, leaseId), await Store.SettleAsync(cameraId, end, leaseId));
    }

    public void Hand(StoredLease lease) => _handed.Insert(0, lease);

    public StoredLease? Handed(string cameraId, int back) => _handed.Where(lease => lease.CameraId == cameraId).Skip(back).FirstOrDefault();

    public void Forget(string? session = null) => _handed.RemoveAll(lease => session is null || lease.SessionHash == session);

    /// <summary>Sets the deadline of one of the camera's leases far back, because the store's clock cannot be set and no story waits.</summary>
    public async Task PassDeadlineAsync(string cameraId, int which)
    {
        string? entry = await Database.StringGetAsync(Camera(cameraId));
        if (HeldEntry.ParseAll(entry) is { Leases: { Count: > 0 } leases })
        {
            var held = leases[which % leases.Count];
            await Database.StringSetAsync(
                Camera(cameraId), entry!.Replace(held.ToString(), (held with { Deadline = 1 }).ToString(), StringComparison.Ordinal), Expiration.KeepTtl);
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
            ledger.Select(ended => new EndedLease(ended.LeaseRef, ended.FencingToken, ended.AcquiredAt, ended.Reason, ended.Detail, ended.Mode)));
        Assert.Distinct(ledger.Select(ended => ended.LeaseRef));
        Assert.All(ledger, ended => Assert.Equal(_node, ended.Node));
        Assert.All(ledger, ended => Assert.True(ended.EndedAt >= ended.AcquiredAt));

        string? text = await entry;
        var (mode, held) = HeldEntry.ParseAll(text);
        Assert.Equal(camera.Holders.Count, held.Count);
        Assert.Equal(camera.IsShared, mode == LeaseMode.Shared);
        var last = text is null ? "0" : mode == LeaseMode.Shared ? text.Split('\n')[0]["shared ".Length..] : text.Split(' ')[^1];
        Assert.Equal(camera.Fence.ToString(CultureInfo.InvariantCulture), last);
        foreach (var (holder, line) in camera.Holders.Zip(held))
        {
            var lease = holder.Lease;
            Assert.Equal(lease.LeaseId, line.LeaseId);
            Assert.Equal(Identifiers.LeaseRef(lease.LeaseId), line.LeaseRef);
            Assert.Equal(lease.SessionHash, line.SessionHash);
            Assert.Equal(lease.FencingToken, line.FencingToken);
            Assert.Equal(lease.AcquiredAt.ToUnixTimeMilliseconds(), line.AcquiredAt);
            Assert.Equal(holder.IsOverdue, line.Deadline == 1);
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

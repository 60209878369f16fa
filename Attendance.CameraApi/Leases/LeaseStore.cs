using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The record of who holds what, in Redis, shared by all nodes. Every change is one script; every deadline is judged by
/// the store's own clock.
/// </summary>
internal sealed class LeaseStore(
    IConnectionMultiplexer redis, IOptions<LeaseOptions> options, IOptions<NodeOptions> node, TimeProvider clock, StoreMetrics metrics)
{
    /// <summary>Above the 500 entries of a ledger there is nothing to read.</summary>
    public const int LedgerLength = 500;

    private readonly string _node = node.Value.Name;
    private readonly StoreConnection _store = new(redis, options, clock, metrics);

    /// <summary>Takes the camera for a session, or says for how long somebody else may still have it.</summary>
    /// <remarks>A lease that this session holds already is granted again as it is: same id, same token, a new deadline.</remarks>
    /// <param name="newerThan">A token of this camera that was seen here; the store may have lost it, and its clock be wrong.</param>
    /// <exception cref="StoreUnavailableException">Not known whether it was granted: release it.</exception>
    public async Task<StoreGrant> AcquireAsync(string cameraId, string leaseId, string sessionHash, TimeSpan ttl, long newerThan = 0)
    {
        var reply = await RunAsync(
            LuaScript.Acquire,
            [Camera(cameraId), Deadlines, Ledger(cameraId)],
            [cameraId, Lease(leaseId, sessionHash), Milliseconds(ttl), newerThan]);
        return reply.Resp2Type == ResultType.Integer
            ? new StoreGrant.Busy(TimeSpan.FromMilliseconds((long)reply))
            : Granted(HeldEntry.Parse((string?)reply)!);

        static StoreGrant Granted(HeldEntry held) =>
            new StoreGrant.Granted(held.LeaseId, held.FencingToken, DateTimeOffset.FromUnixTimeMilliseconds(held.AcquiredAt));
    }

    /// <summary>Moves the deadline; registers the lease again, as it was, if the store has lost it.</summary>
    /// <param name="extendBy">From now, as the store sees it; null for the lease's TTL.</param>
    /// <returns><see langword="false"/> when the lease has ended or the camera is another's; never revived.</returns>
    /// <exception cref="StoreUnavailableException">Not extended, as far as anybody knows.</exception>
    public async Task<bool> RenewAsync(StoredLease lease, TimeSpan ttl, TimeSpan? extendBy = null) =>
        (long)await RunAsync(
            LuaScript.Renew,
            [Camera(lease.CameraId), Deadlines, Ledger(lease.CameraId)],
            [
                lease.CameraId, Lease(lease.LeaseId, lease.SessionHash), Milliseconds(ttl),
                lease.FencingToken, lease.AcquiredAt.ToUnixTimeMilliseconds(), Milliseconds(extendBy ?? ttl),
            ]) > 0;

    /// <returns>What the store holds for a camera; null for nothing.</returns>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
    public async Task<FoundLease?> ReadAsync(string cameraId)
    {
        var reply = await RunAsync(LuaScript.Read, [Camera(cameraId)], []);
        if (reply.IsNull)
        {
            return null;
        }

        var fields = (string[])reply!;
        var held = HeldEntry.Parse(fields[0])!;
        var now = long.Parse(fields[1], CultureInfo.InvariantCulture);

        // A clock of the store that was set back makes no lease longer than it was granted.
        return new FoundLease(
            new StoredLease(
                cameraId, held.LeaseId, held.SessionHash, held.FencingToken, DateTimeOffset.FromUnixTimeMilliseconds(held.AcquiredAt), WasGranted: true),
            TimeSpan.FromMilliseconds(held.Ttl),
            Remaining: TimeSpan.FromMilliseconds(Math.Min(held.Deadline - now, held.Ttl)),
            Held: TimeSpan.FromMilliseconds(Math.Max(now - held.AcquiredAt, 0)));
    }

    /// <summary>Removes the lease and writes its end into the ledger, once however often it is called.</summary>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public Task ReleaseAsync(StoredLease lease, LeaseEnd end)
    {
        var leaseRef = Identifiers.LeaseRef(lease.LeaseId);
        return RunAsync(
            LuaScript.Release,
            [Camera(lease.CameraId), Deadlines, Ledger(lease.CameraId)],
            [
                lease.CameraId, lease.LeaseId, leaseRef,
                $"\"lease_ref\":\"{leaseRef}\",\"reason\":\"{end.Reason.Name()}\",\"detail\":{Json(end.Detail)},\"node\":\"{_node}\"",
                lease.WasGranted ? lease.FencingToken : RedisValue.EmptyString, lease.AcquiredAt.ToUnixTimeMilliseconds(),
            ]);
    }

    /// <summary>Ends a lease that only the store still knows.</summary>
    /// <param name="leaseId">This very lease, for another may have been granted since it was read; null for whichever it is, if overdue.</param>
    /// <returns>The ended lease's id; null when it was not ended.</returns>
    public async Task<string?> SettleAsync(string cameraId, LeaseEnd end, string? leaseId = null) => (string?)await RunAsync(
        LuaScript.Settle,
        [Camera(cameraId), Deadlines, Ledger(cameraId)],
        [cameraId, end.Reason.Name(), Json(end.Detail), leaseId ?? ""]);

    /// <summary>Cameras whose deadline has passed, at most <paramref name="limit"/>. Costs what is due, not what is held.</summary>
    public async Task<IReadOnlyList<string>> FindOverdueAsync(int limit) =>
        (string[])(await RunAsync(LuaScript.Overdue, [Deadlines], [limit]))!;

    /// <summary>Every camera of this node that the store believes held.</summary>
    public async Task<IReadOnlyList<string>> FindHeldAsync() =>
        Array.ConvertAll(await AskAsync("held", database => database.SortedSetRangeByRankAsync(Deadlines)), value => value.ToString());

    /// <summary>Ended leases of a camera, newest first.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(string cameraId, int limit) =>
        Array.ConvertAll(
            await AskAsync("ledger", database => database.ListRangeAsync(Ledger(cameraId), 0, Math.Min(limit, LedgerLength) - 1)),
            entry => JsonSerializer.Deserialize<LedgerEntry>(entry.ToString(), LedgerEntry.Json)!);

    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public Task PingAsync() => AskAsync("ping", database => database.PingAsync());

    private string Prefix => $"attendance:{{{_node}}}:";

    private RedisKey Deadlines => Prefix + "deadlines";

    /// <summary>What is held of the camera, and its last token. (Under "camera" an earlier format may still be there, for a day.)</summary>
    private RedisKey Camera(string cameraId) => $"{Prefix}lease:{cameraId}";

    private RedisKey Ledger(string cameraId) => $"{Prefix}ledger:{cameraId}";

    private string Lease(string leaseId, string sessionHash) => $"{leaseId} {Identifiers.LeaseRef(leaseId)} {sessionHash} {_node}";

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private static string Json(string? text) => text is null ? "null" : JsonSerializer.Serialize(text);

    private Task<RedisResult> RunAsync(LuaScript script, RedisKey[] keys, RedisValue[] values) =>
        AskAsync(script.Name, database => script.RunAsync(database, keys, values));

    private Task<T> AskAsync<T>(string operation, Func<IDatabase, Task<T>> ask) => _store.AskAsync(operation, ask);
}

/// <summary>What the store must be told to find, extend or end a lease.</summary>
/// <param name="WasGranted">False while the store's answer to the acquire is not known.</param>
internal sealed record StoredLease(
    string CameraId, string LeaseId, string SessionHash, long FencingToken, DateTimeOffset AcquiredAt, bool WasGranted);

/// <param name="Remaining">Until its deadline, by the store's clock; negative when that has passed.</param>
/// <param name="Held">Since it was granted, by the store's clock.</param>
internal sealed record FoundLease(StoredLease Lease, TimeSpan Ttl, TimeSpan Remaining, TimeSpan Held);

internal abstract record StoreGrant
{
    public sealed record Granted(string LeaseId, long FencingToken, DateTimeOffset AcquiredAt) : StoreGrant;

    public sealed record Busy(TimeSpan Remaining) : StoreGrant;
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Security;
using Attendance.CameraApi.Store;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The record in Redis, shared by all nodes, of which sessions hold which camera. Every change is one script. Every deadline is
/// judged by the store's own clock. A camera's keys are in its scope: that of its node, or one that several nodes share.
/// </summary>
internal sealed class LeaseStore
{
    /// <summary>The most entries that can be read from a ledger. Older ones may be trimmed.</summary>
    public const int LedgerLength = 500;

    private readonly StoreConnection _store;
    private readonly LeaseIdSeal _ids;
    private readonly string _node;
    private readonly string? _scope;
    private readonly string _prefix;
    private readonly ConcurrentDictionary<(string Scope, string Node), LeaseStore> _others;

    /// <summary>Creates the store for the scope of this node.</summary>
    public LeaseStore(StoreConnection store, LeaseIdSeal ids, IOptions<NodeOptions> node)
        : this(store, ids, node.Value.Name, scope: null, [])
    {
    }

    private LeaseStore(
        StoreConnection store, LeaseIdSeal ids, string node, string? scope, ConcurrentDictionary<(string Scope, string Node), LeaseStore> others)
    {
        (_store, _ids, _node, _scope, _others) = (store, ids, node, scope, others);
        _prefix = $"attendance:{{{(scope is null ? node : SharedScope + scope)}}}:";

        // In a shared scope, each node looks after its own leases only, however many the others have.
        Deadlines = _prefix + (scope is null ? "deadlines" : "deadlines:" + node);
    }

    /// <summary>Returns the same store for the cameras of another scope.</summary>
    /// <param name="scope">The shared scope, or null for that of the node.</param>
    /// <param name="node">The node whose leases are meant, or null for this node.</param>
    public LeaseStore ForScope(string? scope, string? node = null) => _others.GetOrAdd(
        (scope ?? "", node ?? _node),
        static (key, store) => new LeaseStore(store._store, store._ids, key.Node, key.Scope.Length > 0 ? key.Scope : null, store._others),
        this);

    /// <summary>Takes the camera for a session, or returns how long another session may still have it.</summary>
    /// <remarks>A lease that this session already holds is granted again with the same id, the same token and a new deadline.</remarks>
    /// <param name="newerThan">The newest token of this camera that was seen here, because the store may have lost it and its clock may be
    /// wrong.</param>
    /// <exception cref="StoreUnavailableException">It is not known whether the lease was granted; release it.</exception>
    public async Task<StoreGrant> AcquireAsync(
        string cameraId, string leaseId, string sessionHash, TimeSpan ttl, long newerThan = 0, LeaseMode mode = LeaseMode.Exclusive, string? role = null)
    {
        var reply = await ChangeAsync(
            StoreScript.Acquire, cameraId, Lease(leaseId, Identifiers.LeaseRef(leaseId), sessionHash, role), Milliseconds(ttl), newerThan, mode.Name());
        return reply.Resp2Type switch
        {
            ResultType.Integer => Granted(leaseId, (long)reply, (long)reply),
            ResultType.Array => new StoreGrant.Busy(TimeSpan.FromMilliseconds((long)reply[0]), (string)reply[1]!),
            _ => HeldEntry.Parse((string?)reply) is { } held && _ids.Open(held.LeaseId) is { } id
                ? Granted(id, held.FencingToken, held.AcquiredAt)
                : throw new StoreUnavailableException(new InvalidDataException("The store answered with a lease that is not of this system.")),
        };

        static StoreGrant Granted(string leaseId, long token, long acquiredAt) =>
            new StoreGrant.Granted(leaseId, token, DateTimeOffset.FromUnixTimeMilliseconds(acquiredAt));
    }

    /// <summary>Moves the deadline. If the store has lost the lease, registers it again as it was.</summary>
    /// <param name="extendBy">The time from now, by the store's clock, to the new deadline; null for the lease's TTL.</param>
    /// <returns><see langword="false"/> if the lease has ended or another lease has the camera. An ended lease is never revived.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether the lease was extended.</exception>
    public async Task<bool> RenewAsync(StoredLease lease, TimeSpan ttl, TimeSpan? extendBy = null) =>
        (long)await ChangeAsync(
            StoreScript.Renew,
            lease.CameraId,
            Lease(lease.LeaseId, lease.LeaseRef, lease.SessionHash, lease.Role), Milliseconds(ttl),
            lease.FencingToken, lease.AcquiredAt.ToUnixTimeMilliseconds(), Milliseconds(extendBy ?? ttl), lease.Mode.Name()) > 0;

    /// <returns>The leases that the store has for a camera: none, one, or several that share it, all of one node.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether there are any.</exception>
    public async Task<IReadOnlyList<FoundLease>> ReadAsync(string cameraId)
    {
        var reply = await RunAsync(StoreScript.Read, [Camera(cameraId)], []);
        if (reply.IsNull)
        {
            return [];
        }

        var fields = (string[])reply!;
        var now = long.Parse(fields[1], CultureInfo.InvariantCulture);
        var (mode, leases) = HeldEntry.ParseAll(fields[0]);
        return [.. leases.Select(Found).OfType<FoundLease>()];

        FoundLease? Found(HeldEntry held) => _ids.Open(held.LeaseId) is { } leaseId
            ? new FoundLease(
                new StoredLease(
                    cameraId, leaseId, held.SessionHash, held.FencingToken, DateTimeOffset.FromUnixTimeMilliseconds(held.AcquiredAt), WasGranted: true)
                {
                    Scope = _scope, Mode = mode, Role = held.Role,
                },
                TimeSpan.FromMilliseconds(held.Ttl),
                Remaining: TimeSpan.FromMilliseconds(Math.Min(held.Deadline - now, held.Ttl)), // if the store's clock was set back, no lease gets longer
                Held: TimeSpan.FromMilliseconds(Math.Max(now - held.AcquiredAt, 0)),
                held.Node)
            : null; // the lease is of a system with another key, and ends at its deadline
    }

    /// <summary>Removes the lease and writes its end into the ledger, only once even if called several times.</summary>
    /// <exception cref="StoreUnavailableException">The lease may not be released; call again.</exception>
    public Task ReleaseAsync(StoredLease lease, LeaseEnd end) => lease.WasGranted
        ? ChangeAsync(StoreScript.Release, lease.CameraId, _ids.Seal(lease.LeaseId), lease.FencingToken, Facts(lease, end))
        : SettleAsync(lease.CameraId, end, lease.LeaseId); // the store may have granted it after all; if not, there is nothing to record

    /// <summary>Ends leases that only the store still has.</summary>
    /// <param name="leaseId">The lease to end, because another one may have been granted since it was read; null to end all that are
    /// overdue.</param>
    /// <returns>The ids of the leases that were ended.</returns>
    public async Task<IReadOnlyList<string>> SettleAsync(string cameraId, LeaseEnd end, string? leaseId = null)
    {
        var ended = (string[])(await ChangeAsync(
            StoreScript.Settle, cameraId, end.Reason.Name(), Json(end.Detail), leaseId is null ? "" : _ids.Seal(leaseId), _node))!;
        return [.. ended.Select(id => _ids.Open(id) ?? id)];
    }

    /// <summary>
    /// Finds at most <paramref name="limit"/> cameras whose deadline has passed. The cost grows with the overdue cameras, not
    /// with the held ones.
    /// </summary>
    public async Task<IReadOnlyList<string>> FindOverdueAsync(int limit) =>
        (string[])(await RunAsync(StoreScript.Overdue, [Deadlines], [limit]))!;

    /// <summary>Finds every camera that the node holds according to the store.</summary>
    public async Task<IReadOnlyList<string>> FindHeldAsync() =>
        Array.ConvertAll(await AskAsync("held", database => database.SortedSetRangeByRankAsync(Deadlines)), value => value.ToString());

    /// <summary>Reads the ended leases of a camera, newest first.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(string cameraId, int limit) =>
        _store.ReadAll<LedgerEntry>("ledger", await AskAsync("ledger", database => database.ListRangeAsync(Ledger(cameraId), 0, Math.Min(limit, LedgerLength) - 1)));

    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public Task PingAsync() => AskAsync("ping", database => database.PingAsync());

    /// <summary>The prefix of shared scopes. No node has such a name, because a name contains no colon.</summary>
    private const string SharedScope = "shared:";

    private RedisKey Deadlines { get; }

    /// <summary>The key of the camera's held lease, or of its last token. (Under "camera", an earlier format may remain for a day.)</summary>
    private RedisKey Camera(string cameraId) => $"{_prefix}lease:{cameraId}";

    private RedisKey Ledger(string cameraId) => $"{_prefix}ledger:{cameraId}";

    private string Lease(string leaseId, string leaseRef, string sessionHash, string? role) =>
        $"{_ids.Seal(leaseId)} {leaseRef} {HeldEntry.SessionInRole(sessionHash, role)} {_node}";

    /// <summary>Returns the ledger's text about the end, without the time, which the store adds; see facts_of in the scripts.</summary>
    private string Facts(StoredLease lease, LeaseEnd end) => string.Create(
        CultureInfo.InvariantCulture,
        $"\"acquired_at\":{lease.AcquiredAt.ToUnixTimeMilliseconds()},\"fencing_token\":{lease.FencingToken},\"lease_ref\":\"{lease.LeaseRef}\",\"reason\":\"{end.Reason.Name()}\",\"detail\":{Json(end.Detail)},\"mode\":\"{lease.Mode.Name()}\",\"node\":\"{_node}\"}}");

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private static string Json(string? text) => text is null ? "null" : JsonSerializer.Serialize(text);

    /// <summary>Runs a script that changes what the store has of a camera.</summary>
    /// <param name="values">Its arguments after the camera's id.</param>
    private Task<RedisResult> ChangeAsync(StoreScript script, string cameraId, params RedisValue[] values) =>
        RunAsync(script, [Camera(cameraId), Deadlines, Ledger(cameraId)], [cameraId, .. values]);

    private Task<RedisResult> RunAsync(StoreScript script, RedisKey[] keys, RedisValue[] values) =>
        AskAsync(script.Name, database => script.RunAsync(database, keys, values));

    private Task<T> AskAsync<T>(string operation, Func<IDatabase, Task<T>> ask) => _store.AskAsync(operation, ask);
}

/// <summary>The data that the store needs to find, extend or end a lease.</summary>
/// <param name="WasGranted">False while the store's answer to the acquire is not known.</param>
internal sealed record StoredLease(
    string CameraId, string LeaseId, string SessionHash, long FencingToken, DateTimeOffset AcquiredAt, bool WasGranted)
{
    /// <summary>The camera's scope, or null for that of its node.</summary>
    public string? Scope { get; init; }

    public LeaseMode Mode { get; init; }

    /// <summary>What the session does with a camera that it shares, or null.</summary>
    public string? Role { get; init; }

    public string LeaseId
    {
        get;
        init => (field, LeaseRef) = (value, Identifiers.LeaseRef(value));
    } = LeaseId;

    public string LeaseRef { get; private init; } = Identifiers.LeaseRef(LeaseId);
}

/// <param name="Remaining">The time until its deadline, by the store's clock; negative if the deadline has passed.</param>
/// <param name="Held">The time since it was granted, by the store's clock.</param>
/// <param name="Node">The node that granted it.</param>
internal sealed record FoundLease(StoredLease Lease, TimeSpan Ttl, TimeSpan Remaining, TimeSpan Held, string Node);

internal abstract record StoreGrant
{
    public sealed record Granted(string LeaseId, long FencingToken, DateTimeOffset AcquiredAt) : StoreGrant;

    /// <param name="Node">The node that granted the lease; it is another node only in a shared scope.</param>
    public sealed record Busy(TimeSpan Remaining, string Node) : StoreGrant;
}

using System.Collections.Concurrent;

namespace Attendance.CameraApi.Leases;

/// <summary>The leases of this node by their ids, and what each session holds or is about to hold.</summary>
internal sealed class LeaseRegistry(SessionNodes sessions, EndedLeases ended)
{
    private readonly ConcurrentDictionary<string, CameraLease> _live = new(StringComparer.Ordinal);
    private readonly SessionLeases _bySession = new();
    private int _liveCount;

    /// <summary>Leases that the store has granted and that have not ended.</summary>
    public IEnumerable<CameraLease> Live => _live.Select(entry => entry.Value);

    /// <summary>How many those are.</summary>
    public int LiveCount => Volatile.Read(ref _liveCount);

    public CameraLease? Find(string leaseId) => _live.GetValueOrDefault(leaseId);

    /// <summary>What a session holds or is about to hold.</summary>
    public IReadOnlyList<CameraLease> HeldBy(string sessionHash) =>
        [.. _bySession.Of(sessionHash).Where(lease => lease is { End: null, IsArriving: false })];

    /// <summary>The session is about to hold something here.</summary>
    public void Add(CameraLease lease) => _bySession.Add(lease);

    /// <summary>Lets other nodes know that this one may hold something for the session. Does not wait.</summary>
    public void Announce(string sessionHash) => sessions.Enter(sessionHash);

    /// <summary>Other nodes need not ask here for the session any more, unless it has got another camera in the same moment.</summary>
    public void Leave(CameraLease lease)
    {
        if (_bySession.Remove(lease))
        {
            sessions.Leave(lease.SessionHash);
            if (_bySession.Of(lease.SessionHash).Count > 0)
            {
                sessions.Enter(lease.SessionHash);
            }
        }
    }

    /// <summary>From here on the lease counts, until it ends.</summary>
    public void Begin(CameraLease lease)
    {
        if (!lease.IsArriving && _live.TryAdd(lease.Id, lease))
        {
            Interlocked.Increment(ref _liveCount);
        }
    }

    /// <summary>Whoever asks for the lease now finds where it has moved to; should it have ended on its old camera before, it has ended there too.</summary>
    public void Replace(CameraLease lease, CameraLease arriving)
    {
        if (!_live.TryUpdate(arriving.Id, arriving, lease) && _live.TryAdd(arriving.Id, arriving))
        {
            Interlocked.Increment(ref _liveCount);
        }
    }

    public void End(CameraLease lease, LeaseEnd end)
    {
        if (_live.TryRemove(new(lease.Id, lease))) // where it has moved on, another stands there
        {
            Interlocked.Decrement(ref _liveCount);
        }

        if (lease.MovedTo is null)
        {
            ended.Add(lease.Id, end);
        }
    }
}

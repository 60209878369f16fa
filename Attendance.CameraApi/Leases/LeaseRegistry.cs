using System.Collections.Concurrent;

namespace Attendance.CameraApi.Leases;

/// <summary>Finds the leases of this node by id, and the leases that each session holds or is about to hold.</summary>
internal sealed class LeaseRegistry(SessionNodes sessions, EndedLeases ended)
{
    private readonly ConcurrentDictionary<string, CameraLease> _live = new(StringComparer.Ordinal);
    private readonly SessionLeases _bySession = new();
    private int _liveCount;

    /// <summary>The leases that the store has granted and that have not ended.</summary>
    public IEnumerable<CameraLease> Live => _live.Select(entry => entry.Value);

    /// <summary>The number of leases in <see cref="Live"/>.</summary>
    public int LiveCount => Volatile.Read(ref _liveCount);

    public CameraLease? Find(string leaseId) => _live.GetValueOrDefault(leaseId);

    /// <summary>Lists the leases that a session holds or is about to hold.</summary>
    public IReadOnlyList<CameraLease> HeldBy(string sessionHash) =>
        [.. _bySession.Of(sessionHash).Where(lease => lease is { End: null, IsArriving: false })];

    /// <summary>Adds a lease that its session is about to hold on this node.</summary>
    public void Add(CameraLease lease) => _bySession.Add(lease);

    /// <summary>Tells other nodes that this one may hold a lease for the session. Does not wait.</summary>
    public void Announce(string sessionHash) => sessions.Enter(sessionHash);

    /// <summary>
    /// Removes a lease. If it was the session's last, other nodes no longer ask this one about the session, unless it
    /// acquires another camera at the same moment.
    /// </summary>
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

    /// <summary>Counts the lease as live from now on, until it ends.</summary>
    public void Begin(CameraLease lease)
    {
        if (!lease.IsArriving && _live.TryAdd(lease.Id, lease))
        {
            Interlocked.Increment(ref _liveCount);
        }
    }

    /// <summary>
    /// Replaces a lease by the one that it has moved to, so that its id finds the new camera. If the lease has already ended
    /// on the old camera, it is ended on the new one too.
    /// </summary>
    public void Replace(CameraLease lease, CameraLease arriving)
    {
        if (!_live.TryUpdate(arriving.Id, arriving, lease) && _live.TryAdd(arriving.Id, arriving))
        {
            Interlocked.Increment(ref _liveCount);
        }
    }

    public void End(CameraLease lease, LeaseEnd end)
    {
        if (_live.TryRemove(new(lease.Id, lease))) // after a move, the entry is the lease on the new camera
        {
            Interlocked.Decrement(ref _liveCount);
        }

        if (lease.MovedTo is null)
        {
            ended.Add(lease.Id, end);
        }
    }
}

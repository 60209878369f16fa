using System.Collections.Concurrent;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Remembers the last leases that ended on this node, so that a late request from a holder is told why. Older ends are in
/// the ledger.
/// </summary>
internal sealed class EndedLeases
{
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<string, LeaseEnd> _ends = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public void Add(string leaseId, LeaseEnd end)
    {
        if (_ends.TryAdd(leaseId, end))
        {
            _order.Enqueue(leaseId);
        }
        else
        {
            _ends[leaseId] = end; // if the lease has moved, the end on its last camera counts
        }

        while (_order.Count > Capacity && _order.TryDequeue(out var oldest))
        {
            _ends.TryRemove(oldest, out _);
        }
    }

    /// <returns>How the lease ended, or null if it ended long ago or never existed.</returns>
    public LeaseEnd? Find(string leaseId) => _ends.TryGetValue(leaseId, out var end) ? end : null;
}

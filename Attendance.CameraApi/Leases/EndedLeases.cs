using System.Collections.Concurrent;

namespace Attendance.CameraApi.Leases;

/// <summary>The last leases that ended here, so that a holder who comes late is told why. The ledger has them all.</summary>
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
            _ends[leaseId] = end; // of one that has moved, the last camera's
        }

        while (_order.Count > Capacity && _order.TryDequeue(out var oldest))
        {
            _ends.TryRemove(oldest, out _);
        }
    }

    /// <returns>Null for a lease that ended long ago, or never was.</returns>
    public LeaseEnd? Find(string leaseId) => _ends.TryGetValue(leaseId, out var end) ? end : null;
}

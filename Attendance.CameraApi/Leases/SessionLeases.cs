namespace Attendance.CameraApi.Leases;

/// <summary>
/// Keeps the leases that each session holds or is about to hold on this node, so that a lookup costs only as much as that
/// session holds.
/// </summary>
internal sealed class SessionLeases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<CameraLease>> _held = new(StringComparer.Ordinal);

    public void Add(CameraLease lease)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(lease.SessionHash, out var leases))
            {
                _held[lease.SessionHash] = leases = new List<CameraLease>(1);
            }

            leases.Add(lease);
        }
    }

    /// <returns>Whether it was the session's last lease.</returns>
    public bool Remove(CameraLease lease)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(lease.SessionHash, out var leases) || !leases.Remove(lease) || leases.Count > 0)
            {
                return false;
            }

            return _held.Remove(lease.SessionHash);
        }
    }

    public IReadOnlyList<CameraLease> Of(string sessionHash)
    {
        lock (_gate)
        {
            return _held.TryGetValue(sessionHash, out var leases) ? [.. leases] : [];
        }
    }
}

using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Upkeep;

/// <summary>Counts and reports each leak once, and keeps track of those that are not over yet.</summary>
internal sealed class OpenLeaks(LeakMetrics metrics, CameraEvents events)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(LeakKind Kind, string CameraId, string What), Func<bool>> _open = [];

    /// <summary>Leaks that are not over yet, with their cameras. The id is empty if the camera is not known.</summary>
    public IReadOnlyList<(LeakKind Kind, string CameraId)> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Keys.Select(key => (key.Kind, key.CameraId))];
            }
        }
    }

    /// <summary>Reports a leak that was found and ended at once.</summary>
    public void Ended(LeakKind kind, string cameraId, string? leaseRef = null)
    {
        metrics.Found(cameraId, kind);
        events.Tell(CameraEventType.LeakFound, cameraId, leaseRef, kind.Name());
    }

    /// <summary>Reports a leak that was found and that lasts until <paramref name="isOver"/> returns true.</summary>
    /// <param name="what">The process or the lease, which tells this leak from others of its kind.</param>
    /// <returns>False if the leak was found before and is not over yet.</returns>
    public bool Begin(LeakKind kind, string cameraId, string what, Func<bool> isOver, string? leaseRef = null)
    {
        lock (_gate)
        {
            if (!_open.TryAdd((kind, cameraId, what), isOver))
            {
                return false;
            }
        }

        metrics.Open(cameraId, kind, 1);
        Ended(kind, cameraId, leaseRef);
        return true;
    }

    public void Review()
    {
        lock (_gate)
        {
            foreach (var (key, _) in _open.Where(entry => entry.Value()).ToList())
            {
                _open.Remove(key);
                metrics.Open(key.CameraId, key.Kind, -1);
            }
        }
    }
}

using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Upkeep;

/// <summary>Counts and tells each leak once, and knows those that are not over yet.</summary>
internal sealed class OpenLeaks(LeakMetrics metrics, CameraEvents events)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(LeakKind Kind, string CameraId, string What), Func<bool>> _open = [];

    /// <summary>By camera; those of no known camera have an empty id.</summary>
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

    /// <summary>It was found and ended in one.</summary>
    public void Ended(LeakKind kind, string cameraId, string? leaseRef = null)
    {
        metrics.Found(cameraId, kind);
        events.Tell(CameraEventType.LeakFound, cameraId, leaseRef, kind.Name());
    }

    /// <summary>It was found, and lasts until <paramref name="isOver"/> says so.</summary>
    /// <param name="what">Tells this one from others of its kind: the process, the lease.</param>
    /// <returns>False where it was found before.</returns>
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

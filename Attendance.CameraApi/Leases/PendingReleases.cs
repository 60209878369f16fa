using System.Collections.Concurrent;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Ends that the store has not heard of. A device is freed whether or not the store answers; its entry there follows as
/// soon as the store is back, and always before the camera's next lease.
/// </summary>
internal sealed partial class PendingReleases(LeaseStore store, TimeProvider clock, ILogger<PendingReleases> logger)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(string CameraId, string LeaseId), (StoredLease Lease, LeaseEnd End)> _pending = new();

    /// <summary>
    /// Tells the store, now or later. Never throws, and waits for a moment only: the device is free, and a store that
    /// hangs must not keep its camera from being so.
    /// </summary>
    public async Task ReleaseAsync(StoredLease lease, LeaseEnd end)
    {
        _pending[(lease.CameraId, lease.LeaseId)] = (lease, end);
        await TellOrPostponeAsync(lease, end).WaitAsync(s_moment, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The store may still believe that somebody has the camera who has not.</summary>
    public bool Has(string cameraId) => !_pending.IsEmpty && _pending.Any(entry => entry.Key.CameraId == cameraId);

    /// <exception cref="StoreUnavailableException">Something is still to be told.</exception>
    public async Task FlushAsync(string? cameraId = null)
    {
        foreach (var (_, (lease, end)) in _pending)
        {
            if (cameraId is null || lease.CameraId == cameraId)
            {
                await TellAsync(lease, end);
            }
        }
    }

    private async Task TellOrPostponeAsync(StoredLease lease, LeaseEnd end)
    {
        try
        {
            await TellAsync(lease, end);
        }
        catch (StoreUnavailableException exception)
        {
            LogPostponed(lease.CameraId, exception.InnerException?.Message);
        }
    }

    private async Task TellAsync(StoredLease lease, LeaseEnd end)
    {
        await store.In(lease.Scope).ReleaseAsync(lease, end);
        _pending.TryRemove(new((lease.CameraId, lease.LeaseId), (lease, end))); // not what it has to tell of a later stay
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is free, but the store could not be told yet: {Error}")]
    private partial void LogPostponed(string cameraId, string? error);
}

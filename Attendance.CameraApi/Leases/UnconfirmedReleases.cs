using System.Collections.Concurrent;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Keeps ended leases that the store has not recorded yet. A device is freed whether or not the store answers. The end is recorded as
/// soon as the store is back, and always before the camera's next lease.
/// </summary>
internal sealed partial class UnconfirmedReleases(LeaseStore store, TimeProvider clock, ILogger<UnconfirmedReleases> logger)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(string CameraId, string LeaseId), (StoredLease Lease, LeaseEnd End)> _pending = new();

    /// <summary>
    /// Tells the store that a lease has ended, now or later. Never throws, and waits for 100 ms at most, because the device is free
    /// and a store that hangs must not keep the camera occupied.
    /// </summary>
    public async Task ReleaseAsync(StoredLease lease, LeaseEnd end)
    {
        _pending[(lease.CameraId, lease.LeaseId)] = (lease, end);
        await TellOrPostponeAsync(lease, end).WaitAsync(s_moment, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whether the store may still list a lease of this camera that has already ended.</summary>
    public bool Has(string cameraId) => !_pending.IsEmpty && _pending.Any(entry => entry.Key.CameraId == cameraId);

    /// <exception cref="StoreUnavailableException">An end is still pending.</exception>
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
        await store.ForScope(lease.Scope).ReleaseAsync(lease, end);
        _pending.TryRemove(new((lease.CameraId, lease.LeaseId), (lease, end))); // keeps the entry of a later stay of the same lease
    }

    [LoggerMessage(LogLevel.Warning, "Camera {CameraId} is free, but its release is not yet recorded in the session store: {Error}")]
    private partial void LogPostponed(string cameraId, string? error);
}

using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Leases;

/// <summary>Extends leases, and checks whether a lease is live.</summary>
internal sealed class LeaseRenewal(LeaseRegistry registry, LeaseRelease release, EndedLeases ended, LeaseStore store, TimeProvider clock)
{
    /// <summary>Extends the lease once the store has confirmed it.</summary>
    /// <returns><see langword="false"/> if the lease has ended.</returns>
    /// <exception cref="StoreUnavailableException">The lease is not extended; retry until it expires.</exception>
    public async Task<bool> RenewAsync(CameraLease lease)
    {
        var askedAt = clock.GetTimestamp();
        if (lease.End is not null)
        {
            return false;
        }

        if (await store.ForScope(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl))
        {
            return lease.TryExtend(askedAt);
        }

        await release.EndAsync(lease, LeaseRelease.EndedInTheStore);
        return false;
    }

    /// <summary>Extends a lease for its session, which has shown itself. Follows the lease if it has moved to another camera.</summary>
    /// <returns>The lease on its current camera, or null if it has ended.</returns>
    /// <exception cref="StoreUnavailableException">The lease is not extended; retry until it expires.</exception>
    public async Task<CameraLease?> RenewAsync(string leaseId)
    {
        for (var lease = registry.Find(leaseId); lease is not null; lease = lease.MovedTo) // it may move while the store is asked
        {
            if (lease.ComeBack() && await RenewAsync(lease))
            {
                return lease;
            }
        }

        return null;
    }

    /// <summary>
    /// Checks whether data may be written under this lease now. The store is not asked, because the deadline here is never later than
    /// its own. The check does not extend the lease and does not cancel a goodbye.
    /// </summary>
    public async Task<CheckOutcome> CheckAsync(
        string leaseId, string cameraId, long fencingToken, CancellationToken cancellationToken)
    {
        if (registry.Find(leaseId) is not { } lease || lease.CameraId != cameraId)
        {
            return new CheckOutcome.Ended(ended.Find(leaseId));
        }

        // After a restart of the API, the camera may still be opening. That takes a bounded time, and the holder should wait for it.
        await lease.Settled.WaitAsync(cancellationToken);
        if (lease.EndByNow is { } end)
        {
            return new CheckOutcome.Ended(end);
        }

        if (!lease.Opened.IsCompletedSuccessfully)
        {
            return new CheckOutcome.Ended(new LeaseEnd(ReleaseReason.OpenFailed)); // the lease is about to be ended for this reason
        }

        return lease.FencingToken == fencingToken ? new CheckOutcome.Live(lease) : new CheckOutcome.StaleToken();
    }

    /// <summary>Makes sure that the store has the lease, in case it has lost it. The deadline does not change.</summary>
    /// <exception cref="StoreUnavailableException">The lease may not be registered; call again.</exception>
    public async Task RegisterAsync(CameraLease lease)
    {
        registry.Announce(lease.SessionHash);
        if (lease.End is null && !await store.ForScope(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl, lease.Remaining))
        {
            await release.EndAsync(lease, LeaseRelease.EndedInTheStore);
        }
    }
}

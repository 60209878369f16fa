using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Leases;

/// <summary>Extends leases, and says whether one is live.</summary>
internal sealed class LeaseRenewal(LeaseRegistry registry, LeaseRelease release, EndedLeases ended, LeaseStore store, TimeProvider clock)
{
    /// <summary>Extends the lease, once the store has confirmed it.</summary>
    /// <returns><see langword="false"/> when it has ended.</returns>
    /// <exception cref="StoreUnavailableException">Not extended; it may be tried again until the lease expires.</exception>
    public async Task<bool> RenewAsync(CameraLease lease)
    {
        var askedAt = clock.GetTimestamp();
        if (lease.End is not null)
        {
            return false;
        }

        if (await store.In(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl))
        {
            return lease.TryExtend(askedAt);
        }

        await release.EndAsync(lease, LeaseRelease.EndedInTheStore);
        return false;
    }

    /// <summary>Extends a lease for its session, which has shown itself, on whichever camera it is by now.</summary>
    /// <returns>Null when it has ended.</returns>
    /// <exception cref="StoreUnavailableException">Not extended; it may be tried again until the lease expires.</exception>
    public async Task<CameraLease?> RenewAsync(string leaseId)
    {
        for (var lease = registry.Find(leaseId); lease is not null; lease = lease.MovedTo) // which may come while the store is asked
        {
            if (lease.ComeBack() && await RenewAsync(lease))
            {
                return lease;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether something may be written under this lease now. The store is not asked: the deadline here is never later than
    /// its own. Nothing is extended by asking, and a session that is leaving goes on leaving.
    /// </summary>
    public async Task<CheckOutcome> CheckAsync(
        string leaseId, string cameraId, long fencingToken, CancellationToken cancellationToken)
    {
        if (registry.Find(leaseId) is not { } lease || lease.CameraId != cameraId)
        {
            return new CheckOutcome.Ended(ended.Find(leaseId));
        }

        // After a restart of the API its camera may still be opening; that is bounded, and the holder is right to wait.
        await lease.Settled.WaitAsync(cancellationToken);
        if (lease.EndByNow is { } end)
        {
            return new CheckOutcome.Ended(end);
        }

        if (!lease.Opened.IsCompletedSuccessfully)
        {
            return new CheckOutcome.Ended(new LeaseEnd(ReleaseReason.OpenFailed)); // it is about to be ended for this
        }

        return lease.FencingToken == fencingToken ? new CheckOutcome.Live(lease) : new CheckOutcome.StaleToken();
    }

    /// <summary>Makes sure that the store knows of a lease, in case it has lost it. Its deadline stays.</summary>
    /// <exception cref="StoreUnavailableException">Call again.</exception>
    public async Task RegisterAsync(CameraLease lease)
    {
        registry.Announce(lease.SessionHash);
        if (lease.End is null && !await store.In(lease.Stored.Scope).RenewAsync(lease.Stored, lease.Ttl, lease.Remaining))
        {
            await release.EndAsync(lease, LeaseRelease.EndedInTheStore);
        }
    }
}

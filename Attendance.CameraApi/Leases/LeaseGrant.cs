
namespace Attendance.CameraApi.Leases;

/// <summary>Asks the store to grant the camera of a lease that already has the slot on this node.</summary>
internal sealed class LeaseGrant(
    LeaseRegistry registry, LeaseStore store, UnconfirmedReleases pending, LeaseRelease release, ClosingNode closing, LeaseMetrics metrics, TimeProvider clock)
{
    /// <returns>Null if the store has granted the lease; otherwise why it has not.</returns>
    public async Task<AcquireOutcome?> TryAsync(CameraLease lease)
    {
        registry.Add(lease);
        var slot = lease.Slot;
        if (closing.IsClosing || slot.Quarantine is not null)
        {
            return await AbandonAsync(lease, slot.Quarantine is { } quarantine
                ? new AcquireOutcome.Quarantined(quarantine)
                : new AcquireOutcome.ShuttingDown());
        }

        registry.Announce(lease.SessionHash);
        var seen = Math.Max(slot.NewestToken, lease.FencingToken); // the newest token of the camera, and that of a lease that moves
        var mayLag = pending.Has(lease.CameraId);
        if (mayLag && lease.IsArriving)
        {
            await pending.FlushAsync(lease.CameraId); // a pending release may be of this same lease, if it was on this camera before
            mayLag = false;
        }

        var askedAt = clock.GetTimestamp();
        var grant = await AskStoreAsync();
        if (mayLag && (grant as StoreGrant.Granted)?.LeaseId != lease.Id)
        {
            // The store may not have received the end of a lease yet, and so still count it as held. It may be another session's, or this
            // session's own ended lease, which must not be granted again.
            await pending.FlushAsync(lease.CameraId);
            askedAt = clock.GetTimestamp();
            grant = await AskStoreAsync();
        }

        if (grant is StoreGrant.Busy busy)
        {
            return await AbandonAsync(lease, new AcquireOutcome.InUse(clock.GetUtcNow() + busy.Remaining, busy.Node));
        }

        lease.Grant((StoreGrant.Granted)grant, askedAt);
        Begin(lease);
        return null;

        Task<StoreGrant> AskStoreAsync() =>
            store.ForScope(slot.Camera.Scope).AcquireAsync(lease.CameraId, lease.Id, lease.SessionHash, lease.Ttl, seen, lease.Mode, lease.Stored.Role);
    }

    /// <summary>Counts the lease as live from now on, until it ends.</summary>
    public void Begin(CameraLease lease)
    {
        registry.Begin(lease);
        lease.Slot.NewestToken = Math.Max(lease.Slot.NewestToken, lease.FencingToken);
        metrics.Began(lease.CameraId);
    }

    /// <summary>
    /// Gives up a lease that the store did not grant. If the others that share the camera have left meanwhile, it is the one to close it.
    /// </summary>
    private async Task<AcquireOutcome> AbandonAsync(CameraLease lease, AcquireOutcome outcome)
    {
        lease.MarkNotOpened(new OperationCanceledException("The camera was not granted."));
        lease.MarkSettled();
        await release.EndAsync(lease, new LeaseEnd(ReleaseReason.OpenFailed));
        return outcome;
    }
}

using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>Asks the store for the camera of a lease, whose slot here the lease has already.</summary>
internal sealed class LeaseGrant(
    LeaseRegistry registry, LeaseStore store, PendingReleases pending, ClosingNode closing, LeaseMetrics metrics, TimeProvider clock)
{
    /// <returns>Null when the store has granted it.</returns>
    public async Task<AcquireOutcome?> TryAsync(CameraLease lease)
    {
        registry.Add(lease);
        var slot = lease.Slot;
        if (closing.IsClosing || slot.Quarantine is not null)
        {
            return Abandon(lease, slot.Quarantine is { } quarantine
                ? new AcquireOutcome.Quarantined(quarantine)
                : new AcquireOutcome.ShuttingDown());
        }

        registry.Announce(lease.SessionHash);
        var seen = Math.Max(slot.NewestToken, lease.FencingToken); // of the camera, and of a lease that moves
        var mayLag = pending.Has(lease.CameraId);
        if (mayLag && lease.IsArriving)
        {
            await pending.FlushAsync(lease.CameraId); // what is to be told may be of this very lease, which was here before
            mayLag = false;
        }

        var askedAt = clock.GetTimestamp();
        var grant = await AskStoreAsync();
        if (mayLag && (grant as StoreGrant.Granted)?.LeaseId != lease.Id)
        {
            // An end that the store had not heard of looks like a hold: of somebody else, or of this session, which must not get it back.
            await pending.FlushAsync(lease.CameraId);
            askedAt = clock.GetTimestamp();
            grant = await AskStoreAsync();
        }

        if (grant is StoreGrant.Busy busy)
        {
            return Abandon(lease, new AcquireOutcome.InUse(clock.GetUtcNow() + busy.Remaining, busy.Node));
        }

        lease.Grant((StoreGrant.Granted)grant, askedAt);
        Begin(lease);
        return null;

        Task<StoreGrant> AskStoreAsync() =>
            store.In(slot.Camera.Scope).AcquireAsync(lease.CameraId, lease.Id, lease.SessionHash, lease.Ttl, seen);
    }

    /// <summary>From here on the lease counts, until it ends.</summary>
    public void Begin(CameraLease lease)
    {
        registry.Begin(lease);
        lease.Slot.NewestToken = Math.Max(lease.Slot.NewestToken, lease.FencingToken);
        metrics.Began(lease.CameraId);
    }

    /// <summary>The store never granted it: the slot is free again and nothing is to be recorded.</summary>
    private AcquireOutcome Abandon(CameraLease lease, AcquireOutcome outcome)
    {
        registry.Leave(lease);
        lease.MarkNotOpened(new OperationCanceledException("The camera was not granted."));
        lease.MarkSettled();
        lease.TryEnd(new LeaseEnd(ReleaseReason.OpenFailed));
        lease.MarkReleased(new CloseOutcome.Free());
        lease.Slot.Leave(lease, lease.Slot.Quarantine);
        return outcome;
    }
}

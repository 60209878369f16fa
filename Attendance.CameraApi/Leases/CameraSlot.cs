using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>The single place of a camera. At most one lease is in it, from the request for the camera until the camera is proven free.</summary>
/// <param name="emptied">Called when the slot no longer holds a lease and no waiter has taken it over.</param>
internal sealed class CameraSlot(Camera camera, Action<CameraSlot>? emptied = null)
{
    private static long s_leaves;

    private readonly Lock _gate = new();
    private readonly LinkedList<SlotWaiter> _waiters = new();
    private CameraLease? _lease;
    private Quarantine? _quarantine;

    /// <summary>The camera of this slot. It changes when a device comes back under another number.</summary>
    public Camera Camera { get; set; } = camera;

    /// <summary>A number that grows with every camera that becomes free. The lower it is, the longer the camera has been idle.</summary>
    public long LeftAt { get; private set; }

    /// <summary>The highest fencing token that this node has seen of the camera.</summary>
    public long NewestToken { get; set; }

    /// <summary>The number of consecutive acquisitions in which the camera did not open.</summary>
    public int Failures { get; set; }

    /// <summary>How and when the last granted lease ended, or null if none has ended in this run.</summary>
    public (LeaseEnd End, DateTimeOffset At)? LastEnd { get; set; }

    public CameraLease? Lease => Volatile.Read(ref _lease);

    /// <summary>Whether a waiter is in the queue.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Any(waiter => !waiter.IsDone);
            }
        }
    }

    public Quarantine? Quarantine => Volatile.Read(ref _quarantine);

    /// <summary>Takes the slot before anything slow begins, so that two callers never open the same device.</summary>
    /// <returns>Null if the lease now has the slot; otherwise the lease that has it.</returns>
    public CameraLease? TryEnter(CameraLease lease)
    {
        lock (_gate)
        {
            return _lease ?? Enter(lease);
        }
    }

    /// <summary>Adds a waiter to the queue, which is first come, first served. A waiter that leaves the queue loses its place.</summary>
    /// <returns><see langword="false"/> if there is nothing left to wait for: the waiter got this slot at once, or is done already.</returns>
    public bool TryQueue(SlotWaiter waiter)
    {
        lock (_gate)
        {
            if (_lease is null && TryHandOver(waiter) || waiter.IsDone)
            {
                return false;
            }

            _waiters.AddLast(waiter);
            return true;
        }
    }

    public void Unqueue(SlotWaiter waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
        }
    }

    /// <summary>Removes the lease, because the camera is free or in quarantine. The next waiter has the slot from this moment.</summary>
    public void Leave(CameraLease lease, Quarantine? quarantine)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_lease, lease))
            {
                return;
            }

            _lease = null;
            _quarantine = quarantine;
            LeftAt = Interlocked.Increment(ref s_leaves);
            HandOverToNext();
        }

        TellIfEmpty();
    }

    public bool EndQuarantine(Quarantine quarantine)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_quarantine, quarantine))
            {
                return false;
            }

            _quarantine = null;
            if (_lease is null)
            {
                HandOverToNext();
            }
        }

        TellIfEmpty();
        return true;
    }

    private void HandOverToNext()
    {
        for (var next = _waiters.First; _lease is null && next is not null;)
        {
            var (waiter, after) = (next.Value, next.Next);
            if (TryHandOver(waiter) || waiter.IsDone)
            {
                _waiters.Remove(next);
            }

            next = after;
        }
    }

    /// <summary>
    /// Hands the slot to a waiter. A waiter that also waits for other cameras is skipped while this one is in quarantine; one
    /// that waits only for this camera is told about the quarantine.
    /// </summary>
    private bool TryHandOver(SlotWaiter waiter) =>
        (_quarantine is null || !waiter.IsChoosy) && waiter.TryClaim(this, out _lease);

    private void TellIfEmpty()
    {
        if (Lease is null)
        {
            emptied?.Invoke(this);
        }
    }

    private CameraLease? Enter(CameraLease lease)
    {
        _lease = lease;
        return null;
    }
}

/// <summary>The state of a camera that could not be shown to be free. No session gets the camera until it is.</summary>
internal sealed record Quarantine(string Cause, DateTimeOffset Since, CloseOutcome.NotFree Outcome);

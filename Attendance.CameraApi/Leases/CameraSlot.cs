using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>The one place of a camera: at most one lease is in it, from the wish to have the camera until it is proven free.</summary>
/// <param name="emptied">Told when nothing is in it any more, nor anybody in line.</param>
internal sealed class CameraSlot(Camera camera, Action<CameraSlot>? emptied = null)
{
    private static long s_leaves;

    private readonly Lock _gate = new();
    private readonly LinkedList<SlotWaiter> _waiters = new();
    private CameraLease? _lease;
    private Quarantine? _quarantine;

    /// <summary>Changes when a device comes back under another number.</summary>
    public Camera Camera { get; set; } = camera;

    /// <summary>Grows with every camera that becomes free: the lower, the longer idle.</summary>
    public long LeftAt { get; private set; }

    /// <summary>The highest fencing token that this node has seen of the camera.</summary>
    public long NewestToken { get; set; }

    /// <summary>Acquisitions in a row in which the camera did not open.</summary>
    public int Failures { get; set; }

    /// <summary>Of the last lease that was granted, and when; null where there was none in this run.</summary>
    public (LeaseEnd End, DateTimeOffset At)? LastEnd { get; set; }

    public CameraLease? Lease => Volatile.Read(ref _lease);

    /// <summary>Somebody stands in line.</summary>
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

    /// <summary>Takes the slot, before anything slow begins, so that two callers never open one device.</summary>
    /// <returns>Null when the slot is now the lease's; otherwise who has it.</returns>
    public CameraLease? TryEnter(CameraLease lease)
    {
        lock (_gate)
        {
            return _lease ?? Enter(lease);
        }
    }

    /// <summary>First come, first served; who leaves the line loses the place.</summary>
    /// <returns><see langword="false"/> when there is nothing to wait for any more: it was this one's turn at once, or elsewhere.</returns>
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

    /// <summary>The camera is free, or in quarantine; the next in line has it from this moment.</summary>
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

    /// <summary>A camera in quarantine is nobody's turn that waits for others as well; who waits for it alone is told.</summary>
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

/// <summary>A camera that could not be shown to be free. Nobody gets it until it is.</summary>
internal sealed record Quarantine(string Cause, DateTimeOffset Since, CloseOutcome.NotFree Outcome);

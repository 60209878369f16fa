using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// The place of a camera. In it is one exclusive lease, or several shared ones, from the request for the camera until the camera is
/// proven free. Whoever waits does so in one line: a shared wish never overtakes an exclusive one that came before.
/// </summary>
/// <param name="mostHolders">The most leases that can share the camera.</param>
/// <param name="emptied">Called when the slot no longer holds a lease and no waiter has taken it over.</param>
internal sealed class CameraSlot(Camera camera, int mostHolders, Action<CameraSlot>? emptied = null)
{
    private static long s_leaves;

    private readonly Lock _gate = new();
    private readonly LinkedList<SlotWaiter> _waiters = new();
    private CameraLease[] _leases = []; // replaced at every change, so that it can be read without the lock
    private CameraUse _use = new();
    private int _users;
    private Quarantine? _quarantine;

    /// <summary>The camera of this slot. It changes when a device comes back under another number.</summary>
    public Camera Camera { get; set; } = camera;

    /// <summary>The most leases that can share the camera.</summary>
    public int MostHolders => mostHolders;

    /// <summary>A number that grows with every camera that becomes free. The lower it is, the longer the camera has been idle.</summary>
    public long LeftAt { get; private set; }

    /// <summary>The highest fencing token that this node has seen of the camera.</summary>
    public long NewestToken { get; set; }

    /// <summary>The number of consecutive acquisitions in which the camera did not open.</summary>
    public int Failures { get; set; }

    /// <summary>How and when the last granted lease ended, or null if none has ended in this run.</summary>
    public (LeaseEnd End, DateTimeOffset At)? LastEnd { get; set; }

    /// <summary>The leases in the slot, those that came first at the front, also while they are being acquired or released.</summary>
    public IReadOnlyList<CameraLease> Leases => Volatile.Read(ref _leases);

    public bool IsEmpty => Leases.Count == 0;

    /// <summary>The lease that stands for the camera: the first that has not ended, or the first that is being released.</summary>
    public CameraLease? Lease => Leases is { Count: > 0 } leases ? leases.FirstOrDefault(lease => lease.End is null) ?? leases[0] : null;

    /// <summary>The capture of the camera, or null while it is not open and not being opened.</summary>
    public ICameraCapture? Capture => Leases is [var lease, ..] ? lease.Capture : null;

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

    /// <summary>Whether a wish could enter the slot now.</summary>
    public bool CanEnter(AcquireOptions wish)
    {
        lock (_gate)
        {
            return _quarantine is null && IsOpenTo(wish) && !OvertakesAny(wish);
        }
    }

    /// <summary>Takes the slot before anything slow begins, so that two callers never open the same device.</summary>
    /// <param name="isContinued">Whether the lease is one of an earlier run: it came before all who wait now.</param>
    /// <returns><see langword="false"/> if leases that are in it, or wishes that wait for it, keep the lease out.</returns>
    public bool TryEnter(CameraLease lease, bool isContinued = false)
    {
        lock (_gate)
        {
            var wish = new AcquireOptions(lease.SessionHash, Mode: lease.Mode, Role: lease.Stored.Role);
            if (!IsOpenTo(wish) || (!isContinued && OvertakesAny(wish)))
            {
                return false;
            }

            Enter(lease);
            return true;
        }
    }

    /// <summary>Adds a waiter to the queue, which is first come, first served. A waiter that leaves the queue loses its place.</summary>
    /// <returns><see langword="false"/> if there is nothing left to wait for: the waiter got this slot at once, or is done already.</returns>
    public bool TryQueue(SlotWaiter waiter)
    {
        lock (_gate)
        {
            if (!OvertakesAny(waiter.Wish) && TryHandOver(waiter) || waiter.IsDone)
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
            if (_waiters.Remove(waiter))
            {
                HandOverToNext(); // it may have been in the way of others
            }
        }
    }

    /// <summary>Ends the lease's use of the camera. From then on nobody can join the use if it was the last one.</summary>
    /// <returns>The use, for the last one to close; null while others use the camera.</returns>
    public CameraUse? LeaveUse()
    {
        lock (_gate)
        {
            return --_users == 0 ? _use : null;
        }
    }

    /// <summary>
    /// Removes the lease, because it no longer holds the camera. If it was the last one, the camera is free or in quarantine, and the
    /// next waiter has the slot from this moment.
    /// </summary>
    public void Leave(CameraLease lease, Quarantine? quarantine)
    {
        lock (_gate)
        {
            if (!_leases.Contains(lease))
            {
                return;
            }

            Volatile.Write(ref _leases, [.. _leases.Where(other => !ReferenceEquals(other, lease))]);
            _quarantine = quarantine ?? _quarantine;
            if (_leases.Length == 0)
            {
                LeftAt = Interlocked.Increment(ref s_leaves);
            }

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
            HandOverToNext();
        }

        TellIfEmpty();
        return true;
    }

    /// <summary>Serves the line from its front, up to the first waiter that has to go on waiting.</summary>
    private void HandOverToNext()
    {
        for (var next = _waiters.First; next is not null;)
        {
            var (waiter, after) = (next.Value, next.Next);
            if (TryHandOver(waiter) || waiter.IsDone)
            {
                _waiters.Remove(next);
            }
            else if (waiter.Wish.Mode == LeaseMode.Exclusive && !IsSkipped(waiter))
            {
                return;
            }

            next = after;
        }
    }

    private bool TryHandOver(SlotWaiter waiter)
    {
        if (IsSkipped(waiter) || !IsOpenTo(waiter.Wish) || !waiter.TryClaim(this, out var lease))
        {
            return false;
        }

        Enter(lease);
        return true;
    }

    /// <summary>
    /// Whether a waiter stays out while the camera is in quarantine, because it also waits for other cameras. One that waits only for
    /// this camera is told about the quarantine.
    /// </summary>
    private bool IsSkipped(SlotWaiter waiter) => _quarantine is not null && waiter.IsChoosy;

    /// <summary>Whether the leases in the slot leave room for a wish. Neither a session nor a role has a camera twice.</summary>
    private bool IsOpenTo(AcquireOptions wish) => _leases.Length == 0
        || (wish.Mode == LeaseMode.Shared
            && _leases.Length < mostHolders
            && Array.TrueForAll(_leases, lease => lease.Mode == LeaseMode.Shared && lease.SessionHash != wish.SessionHash && (wish.Role is null || lease.Stored.Role != wish.Role))
            && _users > 0);

    /// <summary>Whether somebody has waited for longer who would be kept out by the wish. Nobody is kept out of an empty slot: its first waiter is served at once.</summary>
    private bool OvertakesAny(AcquireOptions wish) =>
        _leases.Length > 0 && wish.Mode == LeaseMode.Shared && _waiters.Any(waiter => !waiter.IsDone && waiter.Wish.Mode == LeaseMode.Exclusive);

    /// <summary>Lets a lease in, which begins a use of the camera or joins that of the others.</summary>
    private void Enter(CameraLease lease)
    {
        if (_leases.Length == 0)
        {
            (_use, _users) = (new CameraUse(), 0);
        }

        _users++;
        lease.Use = _use;
        Volatile.Write(ref _leases, [.. _leases, lease]);
    }

    private void TellIfEmpty()
    {
        if (IsEmpty)
        {
            emptied?.Invoke(this);
        }
    }
}

/// <summary>The state of a camera that could not be shown to be free. No session gets the camera until it is.</summary>
internal sealed record Quarantine(string Cause, DateTimeOffset Since, CloseOutcome.NotFree Outcome);

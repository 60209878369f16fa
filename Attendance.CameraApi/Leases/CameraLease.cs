using System.Diagnostics;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Gives one session the use of one camera, alone or shared. A lease ends once, for the first reason that occurs. Its local
/// deadline runs on the monotonic clock from a moment before the store was asked, so it is never later than the store's own.
/// </summary>
#pragma warning disable CA1001 // a source of cancellation without a timer holds nothing to dispose of
internal sealed class CameraLease : LeaseProgress
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _maxHold;
    private readonly ITimer _deadline;
    private readonly ITimer _goodbye;
    private readonly Action<CameraLease, LeaseEnd> _expire;
    private long _began;
    private TimeSpan _extendedTo;
    private Leaving? _leaving;
    private long _endedAt;

    public CameraLease(
        CameraSlot slot, string node, string sessionHash, TimeSpan ttl, TimeSpan maxHold, TimeProvider clock, Action<CameraLease, LeaseEnd> expire,
        LeaseMode mode = LeaseMode.Exclusive, string? role = null)
    {
        (Slot, SessionHash, Ttl, _maxHold, _clock, _expire) = (slot, sessionHash, ttl, maxHold, clock, expire);
        Stored = new StoredLease(slot.Camera.Id, Identifiers.NewLeaseId(node), sessionHash, 0, default, WasGranted: false)
        {
            Scope = slot.Camera.Scope, Mode = mode, Role = role,
        };
        _began = clock.GetTimestamp();
        Origin = Activity.Current?.Context ?? default;
        using (ExecutionContext.SuppressFlow()) // an end by a timer is not part of the request that began the lease
        {
            _deadline = clock.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _goodbye = clock.CreateTimer(_ => Depart(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Ended = _ended.Token;
    }

    public CameraSlot Slot { get; }

    /// <summary>What another camera must meet for the lease to move there if its own is lost; null for a lease that waits for its own camera.</summary>
    public CameraRequirements? FailoverTo { get; init; }

    /// <summary>Tells, once the camera is lost, whether the lease has moved to another one. Always false without failover.</summary>
    public Task<bool> Moving { get; set; } = Task.FromResult(false);

    /// <summary>Whether the store has granted the camera under this lease, and the lease has not ended.</summary>
    public bool IsHeld => End is null && Stored.WasGranted;

    /// <summary>Whether this camera is still being opened to replace another one, on which the session still holds the lease.</summary>
    public bool IsArriving { get; private set; }

    /// <summary>The same lease on another camera, once it has moved there and ended here; otherwise null.</summary>
    public CameraLease? MovedTo { get; private set; }

    /// <summary>The lease on the camera that it has moved to, or this one if it has not moved.</summary>
    public CameraLease Current => MovedTo?.Current ?? this;

    public string CameraId => Slot.Camera.Id;

    public string SessionHash { get; }

    public TimeSpan Ttl { get; }

    public string Id => Stored.LeaseId;

    public string Ref => Stored.LeaseRef;

    public long FencingToken => Stored.FencingToken;

    public LeaseMode Mode => Stored.Mode;

    public StoredLease Stored { get; private set; }

    /// <summary>Whether this is not a real lease but a probe of a free camera. A probe is never in the store, and it yields to any session that wants the camera.</summary>
    public bool IsProbe { get; init; }

    /// <summary>The span of the request for the lease. The spans of its end are linked to it.</summary>
    public ActivityContext Origin { get; set; }

    /// <summary>How the lease came to its holder: <c>granted</c>, <c>adopted</c> or <c>moved</c>; <c>not_granted</c> until then.</summary>
    public string Outcome { get; private set; } = "not_granted";

    /// <summary>The use of the camera that the lease has joined with its slot; null until then.</summary>
    public CameraUse? Use { get; set; }

    /// <summary>The capture of the camera, or null until the camera is being opened.</summary>
    public ICameraCapture? Capture => Use?.Capture;

    /// <summary>When the lease ends unless it is renewed. It is for people to read; nothing is decided by it.</summary>
    public DateTimeOffset ExpiresAt => _clock.GetUtcNow() + Remaining;

    /// <summary>The time until the lease ends unless it is renewed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (_gate)
            {
                return _extendedTo - Held;
            }
        }
    }

    /// <summary>The time since the store granted the lease.</summary>
    public TimeSpan Held => _clock.GetElapsedTime(Volatile.Read(ref _began));

    public LeaseEnd? End { get; private set; }

    /// <summary>How long the release of the camera has taken so far; null before the lease ends and after the camera is released.</summary>
    public TimeSpan? EndedFor
    {
        get
        {
            lock (_gate)
            {
                return End is null || Released.IsCompleted ? null : _clock.GetElapsedTime(_endedAt);
            }
        }
    }

    /// <summary>
    /// The reason that has ended the lease or should have ended it by now, because a timer may be late but the clock is not;
    /// null if it is live.
    /// </summary>
    public LeaseEnd? EndByNow
    {
        get
        {
            lock (_gate)
            {
                var held = Held;
                if (End is null && _leaving is { } leaving && held >= leaving.Until)
                {
                    return leaving.End;
                }

                return End is null && held >= _extendedTo ? Overdue : End;
            }
        }
    }

    /// <summary>Set while the session has said goodbye or has vanished, but may still come back; otherwise null.</summary>
    public Leaving? Leaving
    {
        get
        {
            lock (_gate)
            {
                return _leaving;
            }
        }
    }

    /// <summary>Cancelled when the camera is no longer this session's. Pass it to everything done under the lease.</summary>
    public CancellationToken Ended { get; }

    /// <summary>
    /// Records that the store has granted the lease. The deadline is not watched yet, because the opening has a timeout of
    /// its own.
    /// </summary>
    public void Grant(StoreGrant.Granted grant, long askedAt)
    {
        lock (_gate)
        {
            Stored = Stored with
            {
                LeaseId = grant.LeaseId, FencingToken = grant.FencingToken, AcquiredAt = grant.AcquiredAt, WasGranted = true,
            };
            Volatile.Write(ref _began, askedAt);
            _extendedTo = Ttl;
        }
    }

    /// <summary>Continues a lease that an earlier run of this node began. Its deadline stays the same, and is watched from now on.</summary>
    public void Adopt(FoundLease found)
    {
        lock (_gate)
        {
            Stored = found.Lease;
            Outcome = "adopted";
            Volatile.Write(ref _began, _clock.GetTimestamp() - (long)(found.Held.TotalSeconds * _clock.TimestampFrequency));
            _extendedTo = found.Held + found.Remaining;
            Watch();
        }
    }

    /// <summary>
    /// Creates the same lease, for the same time, on another camera. The session does not hold it until
    /// <see cref="TryArrive"/> succeeds.
    /// </summary>
    public CameraLease BeginMoveTo(CameraSlot slot)
    {
        var next = new CameraLease(slot, node: "", SessionHash, Ttl, _maxHold - Held, _clock, _expire, Mode, Stored.Role)
        {
            FailoverTo = FailoverTo, IsArriving = true, Origin = Origin,
        };
        next.Stored = next.Stored with { LeaseId = Id, FencingToken = FencingToken };
        return next;
    }

    /// <summary>Hands this camera to the session, for as long as it would have had the previous one. Moving does not extend the lease.</summary>
    /// <returns><see langword="false"/> if it has ended in the meantime.</returns>
    public bool TryArrive(TimeSpan remaining)
    {
        lock (_gate)
        {
            if (End is not null)
            {
                return false;
            }

            (IsArriving, Outcome) = (false, "moved");
            var until = Held + remaining;
            _extendedTo = until < _maxHold ? until : _maxHold;
            Watch();
            return true;
        }
    }

    /// <summary>Extends the lease, as the store has confirmed for the request made at <paramref name="askedAt"/>.</summary>
    /// <returns><see langword="false"/> if it has ended in the meantime. An ended lease is never revived.</returns>
    public bool TryExtend(long askedAt)
    {
        lock (_gate)
        {
            if (End is not null)
            {
                return false;
            }

            var until = _clock.GetElapsedTime(_began, askedAt) + Ttl;
            _extendedTo = until < _maxHold ? until : _maxHold;
            Watch();
            return true;
        }
    }

    /// <summary>
    /// Extends the lease as <see cref="TryExtend"/> does, and records that its holder gets it, so that its end counts as that
    /// of a granted lease.
    /// </summary>
    public bool TryHandOut(long askedAt)
    {
        lock (_gate)
        {
            Outcome = End is null ? "granted" : Outcome;
            return TryExtend(askedAt);
        }
    }

    /// <summary>
    /// Ends the lease after <paramref name="grace"/> unless its session comes back before that. If there are several
    /// goodbyes, the earliest end counts.
    /// </summary>
    /// <param name="yields">Whether the lease ends at once if another session wants the camera.</param>
    public void Leave(LeaseEnd end, TimeSpan grace, bool yields)
    {
        lock (_gate)
        {
            var until = Held + grace;
            if (End is null && (_leaving is not { } sooner || until < sooner.Until))
            {
                _leaving = new Leaving(end, until, yields);
                _goodbye.Change(grace, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Cancels a goodbye, because the session has shown itself.</summary>
    /// <returns><see langword="false"/> if the session came too late because the lease has ended.</returns>
    public bool ComeBack()
    {
        lock (_gate)
        {
            _leaving = null;
            return End is null;
        }
    }

    /// <param name="movedTo">The same lease on the camera where it continues. A pending goodbye continues there too.</param>
    /// <returns><see langword="false"/> if the lease had already ended; its first reason stays.</returns>
    public bool TryEnd(LeaseEnd end, CameraLease? movedTo = null)
    {
        Leaving? leaving;
        lock (_gate)
        {
            if (End is not null)
            {
                return false;
            }

            _endedAt = _clock.GetTimestamp();
            (End, MovedTo, leaving) = (end, movedTo, _leaving);
        }

        if (leaving is not null)
        {
            movedTo?.Leave(leaving.End, leaving.Until - Held, leaving.Yields);
        }

        _deadline.Dispose();
        _goodbye.Dispose();
        // Not under the lock and not inline: a callback that waits for this may itself end the lease.
        _ = _ended.CancelAsync();
        return true;
    }

    private LeaseEnd Overdue => new(_extendedTo == _maxHold ? ReleaseReason.MaxHold : ReleaseReason.Expired);

    private void Watch()
    {
        var remaining = _extendedTo - Held;
        _deadline.Change(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Depart()
    {
        Leaving leaving;
        lock (_gate)
        {
            if (_leaving is null)
            {
                return; // the goodbye was cancelled while this was running
            }

            leaving = _leaving;
            if (leaving.Until - Held is { Ticks: > 0 } early) // timers and timestamps differ slightly
            {
                _goodbye.Change(early + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _expire(this, leaving.End);
    }

    private void Expire() => _expire(this, Overdue);
}

using System.Diagnostics;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Exclusive use of one camera by one session. It ends once, for one reason: the first that comes. Its local deadline
/// runs on the monotonic clock from before the store was asked, so it is never later than the store's own.
/// </summary>
#pragma warning disable CA1001 // a source of cancellation without a timer holds nothing to dispose of
internal sealed class CameraLease
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseOutcome> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        CameraSlot slot, string node, string sessionHash, TimeSpan ttl, TimeSpan maxHold, TimeProvider clock, Action<CameraLease, LeaseEnd> expire)
    {
        (Slot, SessionHash, Ttl, _maxHold, _clock, _expire) = (slot, sessionHash, ttl, maxHold, clock, expire);
        Stored = new StoredLease(slot.Camera.Id, Identifiers.NewLeaseId(node), sessionHash, 0, default, WasGranted: false)
        {
            Scope = slot.Camera.Scope,
        };
        _began = clock.GetTimestamp();
        Origin = Activity.Current?.Context ?? default;
        using (ExecutionContext.SuppressFlow()) // what a timer ends is no part of the request that began the lease
        {
            _deadline = clock.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _goodbye = clock.CreateTimer(_ => Depart(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Ended = _ended.Token;
    }

    public CameraSlot Slot { get; }

    /// <summary>What another camera must be that it moves to should its own be lost; null for a lease that waits for its own.</summary>
    public CameraRequirements? FailoverTo { get; init; }

    /// <summary>Whether it has moved to another camera, once its own is lost.</summary>
    public Task<bool> Moving { get; set; } = Task.FromResult(false);

    /// <summary>It is being opened in place of another camera, under which its session still has the lease.</summary>
    public bool IsArriving { get; private set; }

    /// <summary>The same lease on another camera, once it has moved there; it has ended here then.</summary>
    public CameraLease? MovedTo { get; private set; }

    /// <summary>Where the lease is by now.</summary>
    public CameraLease Current => MovedTo?.Current ?? this;

    public string CameraId => Slot.Camera.Id;

    public string SessionHash { get; }

    public TimeSpan Ttl { get; }

    public string Id => Stored.LeaseId;

    public string Ref => Stored.LeaseRef;

    public long FencingToken => Stored.FencingToken;

    public StoredLease Stored { get; private set; }

    /// <summary>It is no lease but a look at a camera that nobody has: never in the store, and it yields to whoever wants the camera.</summary>
    public bool IsProbe { get; init; }

    /// <summary>The span in which it was asked for, which its end is linked to.</summary>
    public ActivityContext Origin { get; set; }

    /// <summary>How it has come to its holder: <c>granted</c>, <c>adopted</c>, <c>moved</c>, <c>not_granted</c> as long as it has not.</summary>
    public string Outcome { get; private set; } = "not_granted";

    /// <summary>Null until the store has granted the lease.</summary>
    public ICameraCapture? Capture { get; set; }

    /// <summary>For people to read; nothing is decided by it.</summary>
    public DateTimeOffset ExpiresAt => _clock.GetUtcNow() + Remaining;

    /// <summary>Until it ends unless renewed.</summary>
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

    /// <summary>Since the store granted it.</summary>
    public TimeSpan Held => _clock.GetElapsedTime(Volatile.Read(ref _began));

    public LeaseEnd? End { get; private set; }

    /// <summary>For how long its camera has been on its way back; null before it ended, and when it is back.</summary>
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

    /// <summary>What has ended it, or should have by now: a timer may be late, the clock is not.</summary>
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

    /// <summary>Set while its session has said goodbye, or has vanished, and may still come back.</summary>
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

    /// <summary>The first frame is there. Faulted when it never came.</summary>
    public Task Opened => _opened.Task;

    /// <summary>The camera is open or the attempt is over: nothing of the acquisition is under way any more.</summary>
    public Task Settled => _settled.Task;

    /// <summary>The camera is free for the next holder, or in quarantine.</summary>
    public Task<CloseOutcome> Released => _released.Task;

    /// <summary>The store has granted the lease. Its deadline is not watched yet: the opening has a time-out of its own.</summary>
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

    /// <summary>Goes on with a lease that an earlier run of this node began. Its deadline stays what it was, and is watched.</summary>
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

    /// <summary>The same lease, for the same time, on another camera. It is not its session's until it has arrived.</summary>
    public CameraLease To(CameraSlot slot)
    {
        var next = new CameraLease(slot, node: "", SessionHash, Ttl, _maxHold - Held, _clock, _expire)
        {
            FailoverTo = FailoverTo, IsArriving = true, Origin = Origin,
        };
        next.Stored = next.Stored with { LeaseId = Id, FencingToken = FencingToken };
        return next;
    }

    /// <summary>From here on its session has this camera, for as long as the one before was its. To move extends nothing.</summary>
    /// <returns><see langword="false"/> when it has ended meanwhile.</returns>
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

    /// <summary>The store has extended the lease, as asked at <paramref name="askedAt"/>.</summary>
    /// <returns><see langword="false"/> when it had ended meanwhile; an ended lease is never revived.</returns>
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

    /// <summary>As <see cref="TryExtend"/>, and its holder gets it: from here on it is not ended but released.</summary>
    public bool TryHandOut(long askedAt)
    {
        lock (_gate)
        {
            Outcome = End is null ? "granted" : Outcome;
            return TryExtend(askedAt);
        }
    }

    /// <summary>Ends it after a while, unless its session comes back before. Of several goodbyes the soonest counts.</summary>
    /// <param name="yields">Whether it ends at once for whoever else wants the camera.</param>
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

    /// <summary>Its session has shown itself.</summary>
    /// <returns><see langword="false"/> when it came too late: the lease has ended.</returns>
    public bool ComeBack()
    {
        lock (_gate)
        {
            _leaving = null;
            return End is null;
        }
    }

    /// <param name="movedTo">The same lease, where it goes on. A session that is leaving goes on leaving.</param>
    /// <returns><see langword="false"/> when it had ended before, for the reason it then had.</returns>
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
        // Not under the lock and not inline: what was waiting for this may end the lease as well.
        _ = _ended.CancelAsync();
        return true;
    }

    public void MarkOpened() => _opened.TrySetResult();

    public void MarkNotOpened(Exception why)
    {
        if (_opened.TrySetException(why))
        {
            _ = _opened.Task.Exception; // seen: nobody has to wait for it
        }
    }

    public void MarkSettled() => _settled.TrySetResult();

    public void MarkReleased(CloseOutcome outcome) => _released.TrySetResult(outcome);

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
                return; // it was called off while this was under way
            }

            leaving = _leaving;
            if (leaving.Until - Held is { Ticks: > 0 } early) // timers and timestamps differ by a little
            {
                _goodbye.Change(early + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _expire(this, leaving.End);
    }

    private void Expire() => _expire(this, Overdue);
}

using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>The one place of a camera: at most one lease is in it, from the wish to have the camera until it is proven free.</summary>
/// <param name="emptied">Told when nothing is in it any more, nor anybody in line.</param>
internal sealed class CameraSlot(Camera camera, Action<CameraSlot>? emptied = null)
{
    private static long s_leaves;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
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
                return _waiters.Count > 0;
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

    /// <summary>Stands in line. First come, first served; who leaves the line loses the place.</summary>
    /// <returns>True when the slot became the lease's, false when it did not in time.</returns>
    public async Task<bool> EnterAsync(CameraLease lease, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(lease);
        lock (_gate)
        {
            if (_lease is null)
            {
                Enter(lease);
                return true;
            }

            _waiters.AddLast(waiter);
        }

        try
        {
            await waiter.Turn.Task.WaitAsync(patience, clock, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                if (_waiters.Remove(waiter))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return false;
                }
            }

            return true; // its turn came in the same moment; the caller's own token says whether it still wants it
        }
    }

    /// <summary>The camera is free, or in quarantine; the next in line has it from this moment.</summary>
    public void Leave(CameraLease lease, Quarantine? quarantine)
    {
        Waiter? next = null;
        lock (_gate)
        {
            if (!ReferenceEquals(_lease, lease))
            {
                return;
            }

            _lease = null;
            _quarantine = quarantine;
            LeftAt = Interlocked.Increment(ref s_leaves);
            if (_waiters.First is { } first)
            {
                _waiters.RemoveFirst();
                next = first.Value;
                Enter(next.Lease);
            }
        }

        if (next is null)
        {
            emptied?.Invoke(this);
        }

        next?.Turn.SetResult();
    }

    public bool EndQuarantine(Quarantine quarantine)
    {
        if (!ReferenceEquals(Interlocked.CompareExchange(ref _quarantine, null, quarantine), quarantine))
        {
            return false;
        }

        emptied?.Invoke(this);
        return true;
    }

    private CameraLease? Enter(CameraLease lease)
    {
        _lease = lease;
        return null;
    }

    private sealed class Waiter(CameraLease lease)
    {
        public CameraLease Lease => lease;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A camera that could not be shown to be free. Nobody gets it until it is.</summary>
internal sealed record Quarantine(string Cause, DateTimeOffset Since, CloseOutcome.NotFree Outcome);

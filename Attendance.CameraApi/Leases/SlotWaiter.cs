using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// Waits for a camera in the queues of all suitable cameras at once. It gets the first camera that is given back, and no other.
/// After that, or when its waiting time is over, it leaves all queues.
/// </summary>
internal sealed class SlotWaiter
{
    private readonly TaskCompletionSource<CameraLease> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<CameraSlot, CameraLease> _newLease;
    private readonly ActivityContext _origin = Activity.Current?.Context ?? default;
    private int _done;

    /// <param name="newLease">Creates the lease for the camera that was given back. It is called by the code that gives the camera back.</param>
    private SlotWaiter(AcquireOptions wish, Func<CameraSlot, CameraLease> newLease, bool isChoosy) => (Wish, _newLease, IsChoosy) = (wish, newLease, isChoosy);

    public AcquireOptions Wish { get; }

    /// <summary>Whether it waits for several cameras.</summary>
    public bool IsChoosy { get; }

    /// <summary>Whether it has got a camera or has stopped waiting.</summary>
    public bool IsDone => Volatile.Read(ref _done) != 0;

    /// <summary>Waits for the first of these cameras.</summary>
    /// <returns>The lease that is now in the camera's slot, or null if no camera was free in time.</returns>
    public static async Task<CameraLease?> EnterFirstAsync(
        IReadOnlyList<CameraSlot> slots,
        AcquireOptions wish,
        Func<CameraSlot, CameraLease> newLease,
        TimeSpan patience,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var waiter = new SlotWaiter(wish, newLease, isChoosy: slots.Count > 1);
        try
        {
            _ = slots.All(slot => slot.TryQueue(waiter));
            return await waiter._turn.Task.WaitAsync(patience, clock, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (waiter.TryFinish())
            {
                cancellationToken.ThrowIfCancellationRequested();
                return null;
            }

            return await waiter._turn.Task; // it got a camera at the same moment; the caller's own token tells whether it still wants it
        }
        finally
        {
            foreach (var slot in slots)
            {
                slot.Unqueue(waiter);
            }
        }
    }

    /// <summary>Claims the slot's camera for this waiter. It is called under the slot's lock, so it takes no other lock.</summary>
    public bool TryClaim(CameraSlot slot, [NotNullWhen(true)] out CameraLease? lease)
    {
        if (!TryFinish())
        {
            lease = null;
            return false;
        }

        lease = _newLease(slot);
        lease.Origin = _origin; // not the span in which the camera was given back
        _turn.SetResult(lease);
        return true;
    }

    private bool TryFinish() => Interlocked.Exchange(ref _done, 1) == 0;
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// One who waits for a camera, in the lines of all that would do at once. The first that is given back claims it, once and for
/// all; then, or when its patience is over, it is in no line any more.
/// </summary>
internal sealed class SlotWaiter
{
    private readonly TaskCompletionSource<CameraLease> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<CameraSlot, CameraLease> _newLease;
    private readonly ActivityContext _origin = Activity.Current?.Context ?? default;
    private int _done;

    /// <param name="newLease">Of the camera whose turn it is; called by whoever gives it back.</param>
    private SlotWaiter(Func<CameraSlot, CameraLease> newLease, bool isChoosy) => (_newLease, IsChoosy) = (newLease, isChoosy);

    /// <summary>It waits for other cameras as well.</summary>
    public bool IsChoosy { get; }

    /// <summary>It has had its turn, or has left.</summary>
    public bool IsDone => Volatile.Read(ref _done) != 0;

    /// <summary>Waits for the first of these cameras.</summary>
    /// <returns>The lease that is in the camera's slot now; null when none was free in time.</returns>
    public static async Task<CameraLease?> EnterFirstAsync(
        IReadOnlyList<CameraSlot> slots, Func<CameraSlot, CameraLease> newLease, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var waiter = new SlotWaiter(newLease, isChoosy: slots.Count > 1);
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

            return await waiter._turn.Task; // its turn came in the same moment; the caller's own token says whether it still wants it
        }
        finally
        {
            foreach (var slot in slots)
            {
                slot.Unqueue(waiter);
            }
        }
    }

    /// <summary>Called under the slot's lock, which is why nothing else is locked here.</summary>
    public bool TryClaim(CameraSlot slot, [NotNullWhen(true)] out CameraLease? lease)
    {
        if (!TryFinish())
        {
            lease = null;
            return false;
        }

        lease = _newLease(slot);
        lease.Origin = _origin; // not that of whoever gave it back
        _turn.SetResult(lease);
        return true;
    }

    private bool TryFinish() => Interlocked.Exchange(ref _done, 1) == 0;
}

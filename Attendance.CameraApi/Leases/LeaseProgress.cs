using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>How far the work on a lease has come, for all who wait for it. Each step is reached once, however often it is marked.</summary>
internal abstract class LeaseProgress
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseOutcome> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first frame has arrived. Faulted if it never arrives.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes when the camera is open or the attempt is over: nothing of the acquisition is in progress any more.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Completes when the camera is free for the next holder, or in quarantine.</summary>
    public Task<CloseOutcome> Released => _released.Task;

    public void MarkOpened() => _opened.TrySetResult();

    public void MarkNotOpened(Exception why)
    {
        if (_opened.TrySetException(why))
        {
            _ = _opened.Task.Exception; // marks the exception as observed: nobody has to await it
        }
    }

    public void MarkSettled() => _settled.TrySetResult();

    public void MarkReleased(CloseOutcome outcome) => _released.TrySetResult(outcome);
}

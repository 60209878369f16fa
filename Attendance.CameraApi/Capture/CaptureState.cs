namespace Attendance.CameraApi.Capture;

/// <summary>The state of one use of a camera, and a signal for those who wait until it fails.</summary>
internal sealed class CaptureState
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _failing = NewSignal();
    private CaptureStatus _status = CaptureStatus.Closed;

    public CaptureStatus Status
    {
        get => Volatile.Read(ref _status);
        private set
        {
            lock (_gate)
            {
                Volatile.Write(ref _status, value);
                if (value.IsFailing)
                {
                    _failing.TrySetResult();
                }
                else if (_failing.Task.IsCompleted)
                {
                    _failing = NewSignal();
                }
            }
        }
    }

    /// <summary>Completes when the camera fails, at once if it already does.</summary>
    public Task FailingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _failing.Task.WaitAsync(cancellationToken);
        }
    }

    public void Opened(CaptureOpened opened) => Status = Status with { Opened = opened, Suspended = false, Failures = 0, Fault = null };

    public void Reopened() => Status = Status with { Reopenings = Status.Reopenings + 1 };

    /// <param name="failures">How many attempts in a row have failed now.</param>
    public void FailedToOpen(int failures) => Status = Status with { Failures = failures };

    /// <returns>Whether this is another fault than before.</returns>
    public bool Fault(CaptureFailure failure)
    {
        var isNew = Status.Fault != failure.Message;
        Status = Status with { Suspended = failure.Code == CaptureFailureCode.DeviceMissing, Fault = failure.Message };
        return isNew;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

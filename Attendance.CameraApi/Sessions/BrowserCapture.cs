using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// The use of a camera that belongs to a page. The page opens the camera after it gets the lease. It confirms on its socket that it
/// stopped the camera; if the page is gone, the camera counts as stopped. A page without a socket stops the camera before it releases
/// the lease, and that release is the only proof there is.
/// </summary>
internal sealed class BrowserCapture(CameraLease lease, PresenceSockets sockets, TimeSpan patience, TimeProvider clock) : ICameraCapture
{
    private readonly Lazy<Task> _stopped = new(() => sockets.StoppedAsync(lease));
    private readonly TaskCompletionSource<CaptureLoss> _lost = new();
    private bool _isOpen;

    /// <summary>Stays empty, because the pictures stay in the page.</summary>
    public FrameHub Frames { get; } = new();

    public CaptureStatus Status => CaptureStatus.Closed;

    /// <summary>Always true, because its page attends it.</summary>
    public bool HasWatchdog => true;

    public Task<CaptureLoss> Lost => _lost.Task;

    public Task FailingAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken); // only cancellation ends this: its page handles failures

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _isOpen = true;
        return Task.CompletedTask;
    }

    /// <summary>Starts to wait for the page's confirmation that it stopped the camera. A confirmation before this call does not count.</summary>
    public void AwaitStop() => _ = _stopped.Value;

    public async Task<CloseOutcome> CloseAsync()
    {
        Frames.End();
        if (!_isOpen)
        {
            return new CloseOutcome.Free(); // the page never got its lease
        }

        try
        {
            await _stopped.Value.WaitAsync(patience, clock);
            return new CloseOutcome.Free();
        }
        catch (TimeoutException)
        {
            return new CloseOutcome.NotFree("Its page has not confirmed that it stopped.", () => Task.FromResult(_stopped.Value.IsCompleted))
            {
                Freed = _stopped.Value,
            };
        }
    }
}

internal sealed class BrowserCaptures(PresenceSockets sockets, IOptions<CaptureOptions> options, TimeProvider clock) : IBrowserCaptures
{
    /// <summary>Creates a capture whose page has as long to stop as a worker has for a whole release.</summary>
    public ICameraCapture Create(CameraLease lease) => new BrowserCapture(lease, sockets, options.Value.WholeRelease, clock);
}

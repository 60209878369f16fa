using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Leases;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Sessions;

/// <summary>
/// The use of a camera that a page has. The page opens it, after it got the lease; that it stopped it, the page says on
/// its socket, or shows by being gone. Without a socket it stops before it releases, and its word is all there is.
/// </summary>
internal sealed class BrowserCapture(CameraLease lease, PresenceSockets sockets, TimeSpan patience, TimeProvider clock) : ICameraCapture
{
    private readonly Lazy<Task> _stopped = new(() => sockets.StoppedAsync(lease));
    private readonly TaskCompletionSource<CaptureLoss> _lost = new();
    private bool _isOpen;

    /// <summary>Stays empty: its pictures stay in its page.</summary>
    public FrameHub Frames { get; } = new();

    public CaptureStatus Status => CaptureStatus.Closed;

    /// <summary>By its page.</summary>
    public bool IsAttended => true;

    public Task<CaptureLoss> Lost => _lost.Task;

    public Task FailingAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken); // its page sees to it

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _isOpen = true;
        return Task.CompletedTask;
    }

    /// <summary>From here on a confirmation of its page counts.</summary>
    public void AwaitStop() => _ = _stopped.Value;

    public async Task<CloseOutcome> CloseAsync()
    {
        Frames.End();
        if (!_isOpen)
        {
            return new CloseOutcome.Free(); // the page has never heard of its lease
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
    /// <summary>As long as a worker is given.</summary>
    public ICameraCapture Create(CameraLease lease) => new BrowserCapture(lease, sockets, options.Value.WholeRelease, clock);
}

using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Leases;

/// <summary>
/// One use of a camera, from opening it until it is proven free, by one holder or by several that share it. The first holder opens
/// the camera, and the last one closes it. Who holds it is decided by the <see cref="CameraSlot"/>.
/// </summary>
#pragma warning disable CA1001 // a source of cancellation without a timer holds nothing to dispose of
internal sealed class CameraUse
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abandoned = new();
    private Task? _opening;
    private ICameraCapture? _capture;

    /// <summary>Null until the camera is being opened.</summary>
    public ICameraCapture? Capture => Volatile.Read(ref _capture);

    /// <summary>
    /// Opens the camera, or waits until the holder that came first has opened it. The opening goes on for the others if one of them
    /// no longer waits for it.
    /// </summary>
    /// <param name="create">Creates the capture. Only the first holder's is called.</param>
    /// <param name="open">Opens it. Only the first holder's is called.</param>
    /// <exception cref="CameraUnavailableException">The camera does not open.</exception>
    public async Task<ICameraCapture> OpenAsync(
        Func<ICameraCapture> create, Func<ICameraCapture, CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        Task opening;
        lock (_gate)
        {
            if (_opening is null)
            {
                var capture = create();
                Volatile.Write(ref _capture, capture);
                _opening = Task.Run(() => open(capture, _abandoned.Token), CancellationToken.None); // not under the lock
            }

            opening = _opening;
        }

        await opening.WaitAsync(cancellationToken);
        return _capture!;
    }

    /// <summary>Closes the camera, for its last holder, and proves that it is free. Never throws.</summary>
    public async Task<CloseOutcome> CloseAsync()
    {
        await _abandoned.CancelAsync();
        Task? opening;
        lock (_gate)
        {
            opening = _opening;
        }

        if (opening is not null)
        {
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Capture is { } capture ? await capture.CloseAsync() : new CloseOutcome.Free();
    }
}

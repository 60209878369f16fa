using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Capture;

/// <summary>The interface between leases and hardware. It is one use of one camera, from opening it until it is proven free.</summary>
internal interface ICameraCapture
{
    /// <summary>The frames of this use. The hub ends when the capture closes.</summary>
    FrameHub Frames { get; }

    CaptureStatus Status { get; }

    /// <summary>Whether a watchdog opens the camera again when it fails. This must be true as long as the camera is open and not lost.</summary>
    bool HasWatchdog { get; }

    /// <summary>Completes with the reason when the camera is lost for good. It does not complete when the camera is closed.</summary>
    Task<CaptureLoss> Lost { get; }

    /// <summary>
    /// Completes when the device is missing or the camera fails again and again. If that is already so, it completes at once.
    /// </summary>
    Task FailingAsync(CancellationToken cancellationToken);

    /// <summary>Opens the device and waits for its first frame.</summary>
    /// <exception cref="CameraUnavailableException">The camera did not open. The caller must close it all the same.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Frees the device, whatever state it is in, and proves that it is free. Never throws, and takes a bounded time.</summary>
    Task<CloseOutcome> CloseAsync();
}

/// <summary>A capture that can be told to open its camera again, even if no fault was detected.</summary>
internal interface IReopenable
{
    /// <summary>Makes the capture open its camera again. Returns at once, and has no effect if the camera is not open.</summary>
    void Reopen();
}

/// <summary>A capture whose pictures can be shown live, as video.</summary>
internal interface ILiveSource
{
    /// <summary>
    /// Sends the pictures, decoded, to the listener of a socket, for as long as there is one, also after the camera was opened again. Returns at
    /// once.
    /// </summary>
    void ShowTo(string socket);
}

internal interface ICameraCaptureFactory
{
    ICameraCapture Create(Camera camera);
}

/// <param name="Opened">What the device delivers, or null before it has opened.</param>
/// <param name="Suspended">Whether the device is gone and the capture waits for it to come back.</param>
/// <param name="Reopenings">How often the device was opened again under this lease.</param>
/// <param name="Failures">How many attempts in a row to open the device again have failed; 0 while it is open.</param>
/// <param name="Fault">What is wrong at the moment, as a plain sentence.</param>
internal sealed record CaptureStatus(CaptureOpened? Opened, bool Suspended, int Reopenings, int Failures, string? Fault)
{
    /// <summary>The number of failures in a row from which on the camera counts as failing. Fewer may be bad luck.</summary>
    public const int FailuresOfNote = 3;

    public static readonly CaptureStatus Closed = new(null, false, 0, 0, null);

    public bool IsFailing => Suspended || Failures >= FailuresOfNote;
}

internal enum CaptureLoss
{
    DeviceLost,
    WorkerFailed,
}

/// <summary>
/// The outcome of closing a camera: it is free, as the kernel shows, or it is not free, with the cause and a way to ask again.
/// </summary>
internal abstract record CloseOutcome
{
    public sealed record Free : CloseOutcome;

    /// <param name="Cause">What is known about the process that does not release the device.</param>
    /// <param name="IsFreeAsync">Checks again whether the device is free.</param>
    public sealed record NotFree(string Cause, Func<Task<bool>> IsFreeAsync) : CloseOutcome
    {
        /// <summary>Completes when it may be worth checking again. Never completes if nothing reports that.</summary>
        public Task Freed { get; init; } = s_never;

        private static readonly Task s_never = new TaskCompletionSource().Task;
    }
}

/// <summary>Thrown when a camera is configured but does not open.</summary>
internal sealed class CameraUnavailableException(string cameraId, CaptureFailure failure, Exception? inner = null)
    : Exception(failure.Message, inner)
{
    public string CameraId => cameraId;

    public CaptureFailure Failure => failure;
}

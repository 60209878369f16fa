using Attendance.CameraApi.Cameras;

namespace Attendance.CameraApi.Capture;

/// <summary>The seam between leases and hardware: one use of one camera, from opening to proven free.</summary>
internal interface ICameraCapture
{
    /// <summary>Ends when the capture closes.</summary>
    FrameHub Frames { get; }

    CaptureStatus Status { get; }

    /// <summary>Whether somebody sees to it that a camera which fails is opened again. Always, while it is open.</summary>
    bool IsAttended { get; }

    /// <summary>Completes, with the reason, when the camera is lost for good; not when it is closed.</summary>
    Task<CaptureLoss> Lost { get; }

    /// <summary>Completes as soon as its device is missing or it fails again and again; at once while that is so.</summary>
    Task FailingAsync(CancellationToken cancellationToken);

    /// <summary>Opens the device and waits for its first frame.</summary>
    /// <exception cref="CameraUnavailableException">It did not open. Close it all the same.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Frees the device, whatever state it is in, and shows that it is free. Never throws; bounded in time.</summary>
    Task<CloseOutcome> CloseAsync();
}

/// <summary>A capture that can be told to open its camera again, though nothing is seen to be wrong.</summary>
internal interface IReopenable
{
    /// <summary>Returns at once. Without effect while it is not open.</summary>
    void Reopen();
}

internal interface ICameraCaptureFactory
{
    ICameraCapture Create(Camera camera);
}

/// <param name="Opened">What the device delivers; null before it opened.</param>
/// <param name="Suspended">The device is gone and awaited.</param>
/// <param name="Reopenings">How often the device was opened again under this lease.</param>
/// <param name="Failures">Attempts in a row to open it again that failed; 0 while it is open.</param>
/// <param name="Fault">What is wrong at the moment, in a plain sentence.</param>
internal sealed record CaptureStatus(CaptureOpened? Opened, bool Suspended, int Reopenings, int Failures, string? Fault)
{
    /// <summary>In a row: more than bad luck.</summary>
    public const int FailuresOfNote = 3;

    public static readonly CaptureStatus Closed = new(null, false, 0, 0, null);

    public bool IsFailing => Suspended || Failures >= FailuresOfNote;
}

internal enum CaptureLoss
{
    DeviceLost,
    WorkerFailed,
}

/// <summary>Free, as shown by the kernel; or not, with the cause and a way to ask again.</summary>
internal abstract record CloseOutcome
{
    public sealed record Free : CloseOutcome;

    /// <param name="Cause">What is known of the process that does not let go.</param>
    /// <param name="IsFreeAsync">Asks again whether the device is free by now.</param>
    public sealed record NotFree(string Cause, Func<Task<bool>> IsFreeAsync) : CloseOutcome
    {
        /// <summary>Completes when it may be worth asking; never, where nobody tells.</summary>
        public Task Freed { get; init; } = s_never;

        private static readonly Task s_never = new TaskCompletionSource().Task;
    }
}

/// <summary>The camera is known but does not open.</summary>
internal sealed class CameraUnavailableException(string cameraId, CaptureFailure failure, Exception? inner = null)
    : Exception(failure.Message, inner)
{
    public string CameraId => cameraId;

    public CaptureFailure Failure => failure;
}

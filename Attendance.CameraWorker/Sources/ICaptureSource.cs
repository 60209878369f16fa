using Attendance.CameraWorker.Pictures;

namespace Attendance.CameraWorker.Sources;

/// <summary>
/// A source that a worker captures from. The same thread must open, read and dispose of it, because OpenCV is not safe for several threads.
/// </summary>
internal interface ICaptureSource : IDisposable
{
    /// <exception cref="CaptureException">The source does not open.</exception>
    CaptureOpened Open();

    /// <summary>Waits for the next picture and writes it as JPEG.</summary>
    /// <returns>
    /// Whether a picture was written. False means that there is none worth showing and the caller should try again, or that
    /// <paramref name="stop"/> cut the wait short.
    /// </returns>
    /// <exception cref="CaptureException">The source no longer delivers.</exception>
    bool TryRead(FrameBuffer frame, CancellationToken stop);
}

/// <summary>Thrown when a capture fails. The message is shown to people, so it names the camera and holds no credentials.</summary>
internal sealed class CaptureException(CaptureFailureCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public CaptureFailureCode Code => code;
}

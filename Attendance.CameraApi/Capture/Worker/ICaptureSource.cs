namespace Attendance.CameraApi.Capture.Worker;

/// <summary>What a worker captures from. One thread opens, reads and disposes of it: OpenCV guards none of these against the others.</summary>
internal interface ICaptureSource : IDisposable
{
    /// <exception cref="CaptureException">It does not open.</exception>
    CaptureOpened Open();

    /// <summary>Waits for the next picture and writes it as JPEG.</summary>
    /// <returns>False where there is none worth showing; ask again. Also when <paramref name="stop"/> cut the wait short.</returns>
    /// <exception cref="CaptureException">The source delivers no more.</exception>
    bool TryRead(FrameBuffer frame, CancellationToken stop);
}

/// <summary>Message is shown to people: it names the camera and holds no credentials.</summary>
internal sealed class CaptureException(CaptureFailureCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public CaptureFailureCode Code => code;
}

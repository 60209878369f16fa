namespace Attendance.CameraWorker.Network;

/// <summary>
/// The input that ffmpeg reads from: a relay on the loopback interface that connects to the camera. Only the relay knows the camera's address,
/// credentials and certificate.
/// </summary>
internal interface IFfmpegInput : IDisposable
{
    /// <summary>The scheme of the input: <c>http</c> or <c>rtsp</c>.</summary>
    string Scheme { get; }

    /// <summary>The address that ffmpeg reads from. It holds no secret.</summary>
    string Input { get; }

    IReadOnlyDictionary<string, string> Environment { get; }

    bool IsUdpAllowed { get; }

    /// <summary>Why there is no picture, as far as the relay has seen the cause, or null if it has seen none.</summary>
    string? WhyNoPicture { get; }

    /// <summary>Allows the process to connect from now on. No other process gets an answer.</summary>
    void ServeOnly(int processId);
}

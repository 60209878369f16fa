namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>What ffmpeg reads from: a relay on the loopback interface, which asks the camera. It alone knows the camera's address, credentials and certificate.</summary>
internal interface IFfmpegInput : IDisposable
{
    /// <summary><c>http</c> or <c>rtsp</c>.</summary>
    string Scheme { get; }

    /// <summary>Holds no secret.</summary>
    string Input { get; }

    IReadOnlyDictionary<string, string> Environment { get; }

    bool IsUdpAllowed { get; }

    /// <summary>What the relay has seen that explains why there is no picture; null where it has seen nothing.</summary>
    string? WhyNoPicture { get; }

    /// <summary>From here on the process may connect; nobody else is answered.</summary>
    void ServeOnly(int processId);
}

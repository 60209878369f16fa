namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>Says that a video device may have come or gone. Which one, and whether it has, is to be looked at.</summary>
internal interface IDeviceSignals : IDisposable
{
    /// <summary>For a log.</summary>
    string Name { get; }

    /// <summary>Waits for the next sign. Throws where there will be none any more.</summary>
    Task WaitAsync(CancellationToken cancellationToken);
}

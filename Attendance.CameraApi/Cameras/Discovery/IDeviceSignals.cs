namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>Signals that a video device may have come or gone. The caller must look to find out which one, and whether it has.</summary>
internal interface IDeviceSignals : IDisposable
{
    /// <summary>The name of the source, for the log.</summary>
    string Name { get; }

    /// <summary>Waits for the next signal. Throws if there will be no more signals.</summary>
    Task WaitAsync(CancellationToken cancellationToken);
}

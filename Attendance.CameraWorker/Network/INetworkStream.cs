namespace Attendance.CameraWorker.Network;

internal interface INetworkStream : IDisposable
{
    /// <summary>A stream of JPEGs, one after the other.</summary>
    Stream Content { get; }

    /// <summary>The boundary between the JPEGs, or null if it is not known in advance.</summary>
    string? Boundary { get; }

    string Backend { get; }

    /// <summary>Whether the JPEGs are exactly as the camera made them.</summary>
    bool IsDevicesOwn { get; }

    /// <summary>Why no picture comes, or null if the cause is not known.</summary>
    string? WhyNoPicture { get; }
}

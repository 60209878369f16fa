namespace Attendance.CameraApi.Capture.Worker.Network;

internal interface INetworkStream : IDisposable
{
    /// <summary>JPEGs, one after the other.</summary>
    Stream Content { get; }

    /// <summary>Between them, as far as that is known beforehand.</summary>
    string? Boundary { get; }

    string Backend { get; }

    /// <summary>The JPEGs are as the camera made them.</summary>
    bool IsDevicesOwn { get; }

    /// <summary>What explains that no picture comes; null where nothing was seen that does.</summary>
    string? WhyNoPicture { get; }
}

using Attendance.Capture.Devices;

namespace Attendance.CameraApi.Cameras;

/// <summary>A camera of this node, from configuration or discovery.</summary>
/// <param name="Width">The requested width in pixels; the device decides.</param>
/// <param name="FrameRate">The requested frames per second; the device decides.</param>
/// <param name="Scope">The scope of the camera's keys in the store, if several nodes share the camera and each can open it; null for
/// this node's own cameras.</param>
/// <param name="Formats">The formats that the device offers, if it was queried.</param>
internal sealed record Camera(
    string Id,
    string Name,
    CameraSource Source,
    int? Width,
    int? Height,
    double? FrameRate,
    IReadOnlyList<string> Tags,
    IReadOnlyList<DeviceFormat> Formats,
    bool Discovered,
    string? Scope = null)
{
    /// <summary>The facing, see <see cref="CameraFacing"/>; null if it is not configured.</summary>
    public string? Facing { get; init; }

    /// <summary>The certificate, see <see cref="CameraOptions.Certificate"/>; null if the system must trust it.</summary>
    public string? Certificate { get; init; }

    /// <summary>The values of the device's controls, by their names; null to leave them as they are.</summary>
    public IReadOnlyDictionary<string, int>? Controls { get; init; }

    /// <summary>Whether the camera is a device on Linux. On other systems the API cannot see whether a device is plugged in.</summary>
    public bool IsDeviceOfLinux => Source.Kind == CameraKind.Device && OperatingSystem.IsLinux();

    public bool IsDeviceOfWindows => Source.Kind == CameraKind.Device && OperatingSystem.IsWindows();
}

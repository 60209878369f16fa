using Attendance.CameraApi.Cameras.Discovery;

namespace Attendance.CameraApi.Cameras;

/// <summary>A camera of this node, from configuration or found attached.</summary>
/// <param name="Width">Pixels, as wished; the device decides.</param>
/// <param name="FrameRate">Frames per second, as wished; the device decides.</param>
/// <param name="Scope">Of its keys in the store: one that several nodes share, each of which can open the camera; null for this node's own.</param>
/// <param name="Formats">What the device offers, where it was asked.</param>
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
    /// <summary>See <see cref="CameraFacing"/>; null where nobody has said.</summary>
    public string? Facing { get; init; }

    /// <summary>See <see cref="CameraOptions.Certificate"/>; null for what the system trusts.</summary>
    public string? Certificate { get; init; }
}

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>A capture device attached to this machine.</summary>
/// <param name="Id">Stable across reboots and re-plugging; never made from the number in <c>/dev/videoN</c>.</param>
/// <param name="Node">Where it is now.</param>
/// <param name="Name">What the device calls itself.</param>
/// <param name="Target">The id under which it is found by who looks for the first time.</param>
/// <param name="Make">Of a USB device, which may have another id on another port; null for others.</param>
internal sealed record DiscoveredDevice(
    string Id, string Node, string Name, string Driver, IReadOnlyList<DeviceFormat> Formats, string Target, DeviceMake? Make = null);

/// <summary>What two cameras of one series have in common.</summary>
/// <param name="Serial">Null where they have none; in some series it is the same for all.</param>
internal sealed record DeviceMake(string Product, string Card, string Driver, string? Serial);

/// <param name="FourCc">Four characters, as in <c>MJPG</c> and <c>YUYV</c>.</param>
internal sealed record DeviceFormat(string FourCc, string Description, IReadOnlyList<DeviceFrameSize> Sizes);

/// <param name="FrameRates">Frames per second, highest first; empty where the driver does not say.</param>
internal sealed record DeviceFrameSize(int Width, int Height, IReadOnlyList<double> FrameRates);

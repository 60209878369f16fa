namespace Attendance.Capture.Devices;

/// <summary>A capture device attached to this machine.</summary>
/// <param name="Id">An id that is stable across reboots and re-plugging. It is never made from the number in <c>/dev/videoN</c>.</param>
/// <param name="Node">The path of its node now, such as <c>/dev/video0</c>.</param>
/// <param name="Name">The name that the device reports.</param>
/// <param name="Target">The id under which a process that looks for the first time, such as a worker, finds the device.</param>
/// <param name="Make">The make of a USB device, which may have another id on another port; null for other devices.</param>
internal sealed record DiscoveredDevice(
    string Id, string Node, string Name, string Driver, IReadOnlyList<DeviceFormat> Formats, string Target, DeviceMake? Make = null);

/// <summary>The properties by which two cameras are of the same make.</summary>
/// <param name="Serial">The serial number; null if there is none. In some series it is the same for all cameras.</param>
internal sealed record DeviceMake(string Product, string Card, string Driver, string? Serial);

/// <param name="FourCc">The format's code of four characters, such as <c>MJPG</c> or <c>YUYV</c>.</param>
internal sealed record DeviceFormat(string FourCc, string Description, IReadOnlyList<DeviceFrameSize> Sizes);

/// <param name="FrameRates">Frames per second, highest first; empty if the driver does not report them.</param>
internal sealed record DeviceFrameSize(int Width, int Height, IReadOnlyList<double> FrameRates);

using System.Text.RegularExpressions;

namespace Attendance.Capture.Devices;

/// <summary>
/// The names that a video node can get. They come from the device behind it, so that they survive a reboot and re-plugging.
/// </summary>
/// <param name="Entry">The node's directory in sysfs.</param>
/// <param name="Serial">The name by serial number; null if the device has none.</param>
/// <param name="Path">The name by the place where the device is plugged in. It always exists.</param>
/// <param name="Device">The device's directory in sysfs, which all nodes of one device share.</param>
/// <param name="Suffix">Tells the capture nodes of one device apart; empty for its first.</param>
/// <param name="Product">The vendor and product of a USB device, such as <c>046d-0825</c>; null for other devices.</param>
internal sealed partial record DeviceIdentity(string Entry, string? Serial, string Path, string Device, string Suffix, string? Product = null)
{
    /// <summary>The directory in <c>/sys/devices</c> for devices without hardware.</summary>
    private const string Virtual = "virtual";

    /// <param name="classEntry">A directory such as <c>/sys/class/video4linux/video0</c>.</param>
    /// <param name="capability">The capability that its driver reports.</param>
    /// <exception cref="IOException">The node does not say what it is plugged into, because the device is just being attached or
    /// detached.</exception>
    public static DeviceIdentity Of(string classEntry, V4l2Capability capability)
    {
        // Links below the entry are relative to the entry's real path.
        classEntry = Resolve(classEntry) ?? classEntry;
        var suffix = Read(classEntry, "index") is { } index and not "0" ? "-" + index : "";
        var parent = Resolve(System.IO.Path.Combine(classEntry, "device"));
        if (parent is null)
        {
            // A virtual device is not plugged into anything, so only its name is left. For any other device, the kernel has not
            // written the link yet or has already removed it.
            if (!classEntry.Split(System.IO.Path.DirectorySeparatorChar).Contains(Virtual))
            {
                throw new IOException($"'{classEntry}' does not say what it is plugged into.");
            }

            return new(classEntry, null, "virtual-" + capability.Card, classEntry, suffix);
        }

        if (UsbDeviceOf(parent) is { } usb)
        {
            var product = $"{Read(usb, "idVendor")}-{Read(usb, "idProduct")}";
            var serial = Read(usb, "serial") is { Length: > 0 } number ? $"usb-{product}-{number}" : null;
            return new(classEntry, serial, $"usb-{UsbControllerOf(usb)}-{Read(usb, "devpath")}", usb, suffix, product);
        }

        // One such device may contain several cameras, which only their driver can tell apart.
        if (capability.Bus.Length > 0)
        {
            return new(classEntry, null, capability.Bus.Replace(':', '-'), parent, suffix);
        }

        var bus = Resolve(System.IO.Path.Combine(parent, "subsystem")) is { } subsystem ? System.IO.Path.GetFileName(subsystem) : "device";
        return new(classEntry, null, $"{bus}-{System.IO.Path.GetFileName(parent)}", parent, suffix);
    }

    private static string? UsbDeviceOf(string? directory)
    {
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "idVendor")))
        {
            directory = System.IO.Path.GetDirectoryName(directory);
        }

        return directory;
    }

    /// <summary>Returns the name of the directory above the root hub (<c>usb1</c>): a PCI function, or a platform device on a small board.</summary>
    private static string UsbControllerOf(string usb)
    {
        var directory = usb;
        while (System.IO.Path.GetDirectoryName(directory) is { } above && UsbRootHub().IsMatch(System.IO.Path.GetFileName(directory)) is false)
        {
            directory = above;
        }

        return System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(directory)) ?? "";
    }

    private static string? Resolve(string link) =>
        Directory.Exists(link) ? new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link : null;

    private static string? Read(string directory, string attribute)
    {
        var file = System.IO.Path.Combine(directory, attribute);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    [GeneratedRegex("^usb[0-9]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsbRootHub();
}

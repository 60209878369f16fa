using System.Text.RegularExpressions;

namespace Attendance.CameraApi.Cameras.Discovery;

/// <summary>
/// Names a video node after the device behind it, so that the name survives a reboot and re-plugging.
/// </summary>
/// <param name="Serial">The name by serial number, null where the device has none.</param>
/// <param name="Path">The name by where it is plugged in: always there.</param>
/// <param name="Device">The directory of the device in sysfs: the nodes of one device share it.</param>
/// <param name="Suffix">Tells the capture nodes of one device apart; empty for its first.</param>
/// <param name="Product">Vendor and product of a USB device, as <c>046d-0825</c>; null for others.</param>
internal sealed partial record DeviceIdentity(string? Serial, string Path, string Device, string Suffix, string? Product = null)
{
    private const int LongestId = 64;

    /// <param name="classEntry">A directory such as <c>/sys/class/video4linux/video0</c>.</param>
    public static DeviceIdentity Of(string classEntry, V4l2Capability capability)
    {
        // Links below it are relative to where it really is.
        classEntry = Resolve(classEntry) ?? classEntry;
        var suffix = Read(classEntry, "index") is { } index and not "0" ? "-" + index : "";
        var parent = Resolve(System.IO.Path.Combine(classEntry, "device"));
        if (parent is null)
        {
            // A virtual device has nothing to be plugged into; its name is all it has.
            return new(null, "virtual-" + capability.Card, classEntry, suffix);
        }

        if (UsbDeviceOf(parent) is { } usb)
        {
            var product = $"{Read(usb, "idVendor")}-{Read(usb, "idProduct")}";
            var serial = Read(usb, "serial") is { Length: > 0 } number ? $"usb-{product}-{number}" : null;
            return new(serial, $"usb-{UsbControllerOf(usb)}-{Read(usb, "devpath")}", usb, suffix, product);
        }

        // One such device may hold several cameras, which only their driver can tell apart.
        if (capability.Bus.Length > 0)
        {
            return new(null, capability.Bus.Replace(':', '-'), parent, suffix);
        }

        var bus = Resolve(System.IO.Path.Combine(parent, "subsystem")) is { } subsystem ? System.IO.Path.GetFileName(subsystem) : "device";
        return new(null, $"{bus}-{System.IO.Path.GetFileName(parent)}", parent, suffix);
    }

    /// <summary>Gives every node its id. Where two devices state the same serial number, neither is named by it.</summary>
    public static IReadOnlyList<string> Name(IReadOnlyList<DeviceIdentity> nodes)
    {
        var ambiguous = nodes.Where(node => node.Serial is not null)
            .GroupBy(node => node.Serial)
            .Where(same => same.Select(node => node.Device).Distinct().Count() > 1)
            .Select(same => same.Key)
            .ToHashSet();
        var ids = nodes.Select(node => Clean(ambiguous.Contains(node.Serial) ? node.Path : node.Serial ?? node.Path, node.Suffix)).ToArray();

        // What is still the same, two virtual devices of one name, is told apart by the order of the nodes.
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            var count = seen[ids[i]] = seen.GetValueOrDefault(ids[i]) + 1;
            ids[i] = count == 1 ? ids[i] : Clean(ids[i], $".{count}");
        }

        return ids;
    }

    private static string Clean(string name, string suffix)
    {
        var safe = NotInAnId().Replace(name, "_");
        return safe[..Math.Min(safe.Length, LongestId - suffix.Length)] + suffix;
    }

    private static string? UsbDeviceOf(string? directory)
    {
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "idVendor")))
        {
            directory = System.IO.Path.GetDirectoryName(directory);
        }

        return directory;
    }

    /// <summary>The directory above the root hub (<c>usb1</c>): a PCI function, or a platform device on a small board.</summary>
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

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotInAnId();

    [GeneratedRegex("^usb[0-9]+$")]
    private static partial Regex UsbRootHub();
}

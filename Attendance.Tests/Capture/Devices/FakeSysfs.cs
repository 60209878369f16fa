using Attendance.Capture.Devices;

namespace Attendance.Tests.Capture.Devices;

/// <summary>A folder that looks like <c>/sys</c> and <c>/dev</c> of a machine with the cameras that a test plugs in.</summary>
internal sealed class FakeSysfs : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("attendance-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Writes a device node. Its content is the device's name; an empty node does not open yet.</summary>
    public DeviceDiscovery Discover() => new(Root, Path.Combine(Root, "dev"), node =>
        File.ReadAllText(node) is { Length: > 0 } card ? new V4l2Capability(card, "fake", "", []) : throw new IOException("not yet"));

    /// <summary>A webcam without a serial number, unless it is given one.</summary>
    public void PlugIn(int port, int number, string card = "Card", string? serial = null) =>
        Node(number, Usb($"usb1/1-{port}", $"{port}", serial) + $"/1-{port}:1.0", index: 0, card);

    public string Usb(string port, string devpath, string? serial = null)
    {
        var directory = "devices/pci0000:00/0000:00:14.0/" + port;
        Write(directory + "/idVendor", "046d\n");
        Write(directory + "/idProduct", "0825\n");
        Write(directory + "/devpath", devpath + "\n");
        Write("devices/pci0000:00/0000:00:14.0/usb1/idVendor", "1d6b\n"); // the root hub is a USB device as well
        if (serial is not null)
        {
            Write(directory + "/serial", serial + "\n");
        }

        return directory;
    }

    /// <summary>Removes the node and its entry. The device behind it stays.</summary>
    public void Remove(int number)
    {
        var entry = new FileInfo(Path.Combine(Root, $"class/video4linux/video{number}"));
        Directory.Delete(Path.Combine(entry.DirectoryName!, entry.LinkTarget!), recursive: true);
        entry.Delete();
        File.Delete(Path.Combine(Root, $"dev/video{number}"));
    }

    /// <summary>As the kernel lays it out: the class holds links, and the node links back to its device with a relative path.</summary>
    public void Node(int number, string? parent, int index, string card = "Card", string bus = "usb")
    {
        var name = $"video{number}";
        var directory = $"{parent ?? "devices/virtual"}/video4linux/{name}";
        Write(directory + "/index", $"{index}\n");
        if (parent is not null)
        {
            Directory.CreateSymbolicLink(Path.Combine(Root, directory, "device"), "../..");
            Directory.CreateDirectory(Path.Combine(Root, "bus", bus));
            var subsystem = Path.Combine(Root, parent, "subsystem");
            if (!Path.Exists(subsystem))
            {
                Directory.CreateSymbolicLink(subsystem, Path.Combine(Root, "bus", bus));
            }
        }

        var entries = Directory.CreateDirectory(Path.Combine(Root, "class/video4linux")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(entries, name), "../../" + directory);
        Write("dev/" + name, card);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

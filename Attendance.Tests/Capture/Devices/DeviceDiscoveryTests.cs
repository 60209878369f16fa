using System.Text.RegularExpressions;
using Attendance.Capture.Devices;
using Xunit;

namespace Attendance.Tests.Capture.Devices;

public sealed partial class DeviceDiscoveryTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly List<string> _asked = [];
    private readonly Dictionary<string, string> _bus = [];

    public DeviceDiscoveryTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "V4L2 is Linux's.");

    private string Root => _sysfs.Root;

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_webcam_is_named_by_its_serial_number_and_its_metadata_node_is_none()
    {
        var usb = Usb("usb1/1-1/1-1.2", "1.2", serial: "ABC/12 3");
        Node(0, usb + "/1-1.2:1.0", index: 0);
        Node(1, usb + "/1-1.2:1.0", index: 1, card: "metadata");

        var device = Assert.Single(Discover().List());

        Assert.Equal(("usb-046d-0825-ABC_12_3", "Card", "fake"), (device.Id, device.Name, device.Driver));
        Assert.EndsWith("/dev/video0", device.Node, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_serial_number_it_is_named_by_its_port()
    {
        Node(4, Usb("usb1/1-1/1-1.2", "1.2") + "/1-1.2:1.0", index: 0);

        Assert.Equal("usb-0000_00_14.0-1.2", Assert.Single(Discover().List()).Id);
    }

    [Fact]
    public void Two_of_the_same_serial_number_are_both_named_by_their_ports()
    {
        Node(0, Usb("usb1/1-1", "1", serial: "0001") + "/1-1:1.0", index: 0);
        Node(2, Usb("usb1/1-2", "2", serial: "0001") + "/1-2:1.0", index: 0);

        Assert.Equal(["usb-0000_00_14.0-1", "usb-0000_00_14.0-2"], Discover().List().Select(device => device.Id));
    }

    [Fact]
    public void Several_cameras_of_one_device_differ_by_their_index()
    {
        var usb = Usb("usb1/1-1", "1", serial: "77");
        Node(10, usb + "/1-1:1.3", index: 2);
        Node(9, usb + "/1-1:1.0", index: 0);

        Assert.Equal(["usb-046d-0825-77", "usb-046d-0825-77-2"], Discover().List().Select(device => device.Id));
    }

    [Fact]
    public void Platform_and_virtual_devices_have_names_too()
    {
        Node(0, "devices/platform/vivid.0", index: 0, bus: "platform");
        Node(1, "devices/platform/vivid.0", index: 1, bus: "platform");
        Node(2, parent: null, index: 0, card: "OBS Virtual Camera");
        Node(3, parent: null, index: 0, card: "OBS Virtual Camera");
        Node(5, parent: null, index: 0, card: new string('é', 99));

        var ids = Discover().List().Select(device => device.Id).ToArray();

        Assert.Equal(["platform-vivid.0", "platform-vivid.0-1", "virtual-OBS_Virtual_Camera", "virtual-OBS_Virtual_Camera.2"], ids[..4]);
        Assert.All(ids, id => Assert.Matches(CameraId(), id));
        Assert.Distinct(ids);
    }

    [Fact]
    public void Two_cameras_of_one_platform_device_go_by_what_their_driver_calls_them()
    {
        Node(0, "devices/platform/vivid.0", index: 0, bus: "platform");
        Node(1, "devices/platform/vivid.0", index: 0, bus: "platform");
        _bus["video0"] = "platform:vivid-000";
        _bus["video1"] = "platform:vivid-001";

        Assert.Equal(["platform-vivid-000", "platform-vivid-001"], Discover().List().Select(device => device.Id));
    }

    /// <summary>Otherwise it would be listed under its card's name first, and under another id a moment later.</summary>
    [Fact]
    public void A_device_is_not_listed_before_it_is_known_what_it_is_plugged_into()
    {
        Node(0, "devices/platform/vivid.0", index: 0, bus: "platform");
        var link = Path.Combine(Root, "devices/platform/vivid.0/video4linux/video0/device");
        Directory.Delete(link);
        var discovery = Discover();

        Assert.Empty(discovery.List(out var isComplete));
        Assert.False(isComplete); // incomplete, so discovery looks again shortly

        Directory.CreateSymbolicLink(link, "../..");
        Assert.Equal("platform-vivid.0", Assert.Single(discovery.List(out isComplete)).Id);
        Assert.True(isComplete);
    }

    [Fact]
    public void A_device_is_asked_once_until_it_is_plugged_in_again()
    {
        Node(0, "devices/platform/vivid.0", index: 0, bus: "platform");
        var discovery = Discover();
        discovery.List();
        discovery.List();
        Assert.Single(_asked);

        File.SetLastWriteTimeUtc(Path.Combine(Root, "dev/video0"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        discovery.List();
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public void An_id_leads_to_its_node()
    {
        Node(3, "devices/platform/vivid.0", index: 0, bus: "platform");
        var discovery = Discover();

        Assert.Equal(Path.Combine(Root, "dev/video3"), discovery.Locate("platform-vivid.0"));
        Assert.Equal("/dev/video9", discovery.Locate("/dev/video9"));
        Assert.Null(discovery.Locate("platform-vivid.1"));
    }

    [Fact]
    public void A_machine_without_video_has_none() => Assert.Empty(new DeviceDiscovery(Root, Root).List());

    private DeviceDiscovery Discover() => new(Root, Path.Combine(Root, "dev"), node =>
    {
        _asked.Add(node);
        var card = File.ReadAllText(node);
        return card == "metadata" ? null : new V4l2Capability(card, "fake", _bus.GetValueOrDefault(Path.GetFileName(node), ""), []);
    });

    private string Usb(string port, string devpath, string? serial = null) => _sysfs.Usb(port, devpath, serial);

    private void Node(int number, string? parent, int index, string card = "Card", string bus = "usb") => _sysfs.Node(number, parent, index, card, bus);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex CameraId();
}

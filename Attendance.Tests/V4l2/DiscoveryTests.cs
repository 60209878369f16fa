using Attendance.CameraApi.Cameras.Discovery;
using Attendance.Capture.Devices;
using Attendance.Tests.CameraWorker;
using Xunit;

namespace Attendance.Tests.V4l2;

[Trait("Suite", V4l2Guest.Suite)]
[Collection(V4l2Guest.Suite)]
public sealed class DiscoveryTests : IAsyncLifetime
{
    public ValueTask InitializeAsync() => V4l2Guest.ReadyAsync();

    public ValueTask DisposeAsync() => default;

    [Fact]
    public void Both_devices_are_found_under_stable_ids()
    {
        var devices = new DeviceDiscovery().List();

        Assert.Equal(["platform-vivid-000", "platform-vivid-001"], devices.Select(device => device.Id).Order(StringComparer.Ordinal));
        Assert.All(devices, device =>
        {
            Assert.Equal("vivid", device.Driver);
            var format = Assert.Single(device.Formats, format => format.FourCc == "YUYV");
            Assert.Contains(format.Sizes, size => (size.Width, size.Height) == (640, 360) && size.FrameRates.Count > 0);
        });
    }

    [Fact]
    public void To_ask_a_device_what_it_is_leaves_it_closed()
    {
        foreach (var device in new DeviceDiscovery().List())
        {
            Assert.Empty(DeviceUsers.Of(device.Node));
        }
    }

    [Fact]
    public async Task A_device_that_does_not_open_yet_is_asked_again()
    {
        var number = DeviceNumber.Of(Vivid.NodeOf(Vivid.First))!.Value;
        var devices = Directory.CreateTempSubdirectory("attendance-");
        try
        {
            // As after plugging in: the node is there before it opens, and nothing else about it changes when it does.
            var node = Path.Combine(devices.FullName, "video0");
            await MakeAsync(node, number with { Minor = 255 });
            var discovery = new DeviceDiscovery("/sys", devices.FullName);
            Assert.Empty(discovery.List());

            await MakeAsync(node, number);

            Assert.Equal(Vivid.First, Assert.Single(discovery.List()).Id);
        }
        finally
        {
            devices.Delete(recursive: true);
        }

        static async Task MakeAsync(string node, DeviceNumber number)
        {
            File.Delete(node);
            var (code, output) = await RunningWorker.RunAsync("mknod", node, "c", $"{number.Major}", $"{number.Minor}");
            Assert.True(code == 0, output);
            File.SetLastWriteTimeUtc(node, DateTime.UnixEpoch);
        }
    }
}

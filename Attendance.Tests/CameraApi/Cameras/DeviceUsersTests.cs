using Attendance.CameraApi.Cameras.Discovery;
using Xunit;

namespace Attendance.Tests.CameraApi.Cameras;

public sealed class DeviceUsersTests
{
    [Fact]
    public void Who_has_a_device_open_is_found_and_is_not_when_it_has_closed_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is read from /proc.");
        const string device = "/dev/full"; // a character device that nobody else is likely to have open

        using (File.OpenHandle(device))
        {
            Assert.Contains(Environment.ProcessId, DeviceUsers.Of(device));
        }

        Assert.DoesNotContain(Environment.ProcessId, DeviceUsers.Of(device));
    }

    [Fact]
    public void A_path_that_is_no_device_has_no_users()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is read from /proc.");
        Assert.Empty(DeviceUsers.Of("/dev/no-such-device"));
        Assert.Empty(DeviceUsers.Of("/proc/self/stat"));
    }
}

using Attendance.CameraApi.Cameras.Discovery;
using Attendance.Tests.Capture.Devices;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Cameras;

public sealed class AttachedDevicesTests : IDisposable
{
    private const string First = "usb-0000_00_14.0-1", Second = "usb-0000_00_14.0-2", Third = "usb-0000_00_14.0-3", Serial = "usb-046d-0825-0001";

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly AttachedDevices _devices;

    public AttachedDevicesTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "V4L2 is Linux's.");
        _devices = new(_sysfs.Discover(), _clock);
    }

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void While_somebody_watches_nothing_is_looked_at_until_something_has_changed()
    {
        using (_devices.Watch())
        {
            _sysfs.PlugIn(port: 1, number: 0);
            Assert.Empty(_devices.List());

            _devices.Look(out _);
            Assert.Single(_devices.List());
            _sysfs.Remove(0);
            Assert.Single(_devices.List());
        }

        Assert.Empty(_devices.List());
    }

    [Fact]
    public void A_node_that_does_not_open_yet_is_worth_another_look()
    {
        _sysfs.PlugIn(port: 1, number: 0, card: "");
        Assert.Empty(_devices.Look(out var isComplete));
        Assert.False(isComplete);

        File.WriteAllText(Path.Combine(_sysfs.Root, "dev/video0"), "Card");
        Assert.Single(_devices.Look(out isComplete));
        Assert.True(isComplete);
    }

    [Fact]
    public void A_camera_in_use_that_is_plugged_in_elsewhere_is_still_that_camera_and_no_other()
    {
        using var use = Attach(First);
        _sysfs.Remove(0);
        _devices.Look(out _);

        _sysfs.PlugIn(port: 2, number: 5);

        var device = Assert.Single(_devices.Look(out _));
        Assert.Equal(First, device.Id);
        Assert.EndsWith("/video5", _devices.Locate(First), StringComparison.Ordinal);
        Assert.Equal(Second, _devices.TargetNow(First));
        Assert.Null(_devices.Locate(Second));
    }

    [Fact]
    public void A_camera_in_use_is_recognized_when_it_was_moved_between_two_looks()
    {
        using var use = Attach(First);
        _sysfs.Remove(0);
        _sysfs.PlugIn(port: 2, number: 0);

        Assert.Equal(First, Assert.Single(_devices.Look(out _)).Id);
    }

    [Fact]
    public void A_moved_camera_is_named_by_its_port_again_once_it_is_not_in_use()
    {
        var use = Attach(First);
        _sysfs.Remove(0);
        _sysfs.PlugIn(port: 2, number: 5);
        _devices.Look(out _);

        use.Dispose();

        Assert.Equal(Second, Assert.Single(_devices.List()).Id);
        Assert.Null(_devices.Locate(First));
    }

    [Fact]
    public void A_camera_in_use_may_be_moved_several_times_and_back()
    {
        using var use = Attach(First);
        foreach (var (port, number) in ((int, int)[])[(2, 5), (3, 6), (1, 7)])
        {
            foreach (var device in _devices.Look(out _))
            {
                _sysfs.Remove(int.Parse(Path.GetFileName(device.Node)["video".Length..], System.Globalization.CultureInfo.InvariantCulture));
            }

            _devices.Look(out _);
            _sysfs.PlugIn(port, number);

            Assert.Equal(First, Assert.Single(_devices.Look(out _)).Id);
            Assert.EndsWith($"/video{number}", _devices.Locate(First), StringComparison.Ordinal);
        }

        Assert.Equal(First, _devices.TargetNow(First));
    }

    [Fact]
    public void A_camera_on_the_port_of_a_moved_one_is_not_listed_while_that_one_is_in_use()
    {
        using var use = Attach(First);
        _sysfs.Remove(0);
        _sysfs.PlugIn(port: 2, number: 5);
        _devices.Look(out _);

        _sysfs.PlugIn(port: 1, number: 0);

        Assert.Equal(First, Assert.Single(_devices.Look(out _)).Id);
        Assert.EndsWith("/video5", _devices.Locate(First), StringComparison.Ordinal);
        use.Dispose();
        Assert.Equal([First, Second], _devices.List().Select(device => device.Id));
    }

    [Theory]
    [InlineData("nobody uses it")]
    [InlineData("it is of another make")]
    [InlineData("it has a serial number")]
    [InlineData("two have come")]
    [InlineData("two have gone")]
    [InlineData("it was there before")]
    [InlineData("the one in use is still there")]
    public void A_device_that_may_be_another_one_is_taken_for_another_camera(string doubt)
    {
        if (doubt == "it was there before")
        {
            _sysfs.PlugIn(port: 2, number: 5);
        }

        if (doubt == "two have gone")
        {
            _sysfs.PlugIn(port: 3, number: 7);
        }

        using var use = Attach(First);
        if (doubt == "nobody uses it")
        {
            use.Dispose();
        }

        if (doubt == "it was there before")
        {
            _sysfs.Remove(5);
        }

        if (doubt == "two have gone")
        {
            _sysfs.Remove(7);
        }

        if (doubt != "the one in use is still there")
        {
            _sysfs.Remove(0);
        }

        _devices.Look(out _);
        _sysfs.PlugIn(
            port: 2, number: 5, doubt == "it is of another make" ? "Other card" : "Card", doubt == "it has a serial number" ? "77" : null);
        if (doubt == "two have come")
        {
            _sysfs.PlugIn(port: 3, number: 7);
        }

        var ids = _devices.Look(out _).Select(device => device.Id).ToList();

        Assert.Contains(doubt == "it has a serial number" ? "usb-046d-0825-77" : Second, ids);
        Assert.Equal(doubt == "the one in use is still there", ids.Contains(First));
    }

    [Fact]
    public void A_camera_with_a_duplicate_serial_number_keeps_its_id_whatever_comes_and_goes()
    {
        _sysfs.PlugIn(port: 1, number: 0, serial: "0001");
        Assert.Equal(Serial, Assert.Single(_devices.Look(out _)).Id);

        _sysfs.PlugIn(port: 2, number: 5, serial: "0001");
        Assert.Equal([Serial, Second], _devices.Look(out _).Select(device => device.Id));
        FoundAnew(Serial, number: 0);
        FoundAnew(Second, number: 5);

        _sysfs.Remove(0);
        Assert.Equal(Second, Assert.Single(_devices.Look(out _)).Id);
        FoundAnew(Second, number: 5);
    }

    [Fact]
    public void A_camera_with_a_duplicate_serial_number_keeps_its_id_while_it_does_not_open()
    {
        _sysfs.PlugIn(port: 1, number: 0, serial: "0001");
        _devices.Look(out _);
        _sysfs.PlugIn(port: 2, number: 5, serial: "0001");
        File.WriteAllText(Path.Combine(_sysfs.Root, "dev/video0"), "");
        File.SetLastWriteTimeUtc(Path.Combine(_sysfs.Root, "dev/video0"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _devices.Look(out var isComplete);
        Assert.False(isComplete);

        File.WriteAllText(Path.Combine(_sysfs.Root, "dev/video0"), "Card");

        Assert.Contains(Serial, _devices.Look(out _).Select(device => device.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_camera_in_use_with_a_duplicate_serial_number_is_recognized_on_any_port(int port)
    {
        _sysfs.PlugIn(port: 1, number: 0, serial: "0001");
        _devices.Look(out _);
        using var use = _devices.Use(Serial);
        _sysfs.PlugIn(port: 2, number: 5, serial: "0001");
        _devices.Look(out _);
        _sysfs.Remove(0);
        _devices.Look(out _);

        _sysfs.PlugIn(port, number: 7, serial: "0001");

        Assert.Equal([Second, Serial], _devices.Look(out _).Select(device => device.Id));
        FoundAnew(Serial, number: 7);
        use.Dispose();
        Assert.Equal([Second, port == 1 ? First : Third], _devices.List().Select(device => device.Id));
    }

    [Fact]
    public async Task Waiting_for_a_device_ends_as_soon_as_it_is_seen()
    {
        using var watch = _devices.Watch();
        var waiting = _devices.AppearsAsync(Third, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _devices.Look(out _);
        Assert.False(waiting.IsCompleted);

        _sysfs.PlugIn(port: 3, number: 0);
        _devices.Look(out _);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken); // the fake clock stands still, so only the sighting can end the wait
        Assert.NotNull(_devices.Locate(Third));
    }

    [Fact]
    public async Task Waiting_for_a_device_ends_when_the_time_is_over()
    {
        using var watch = _devices.Watch();
        var waiting = _devices.AppearsAsync(Third, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(29));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Null(_devices.Locate(Third));
    }

    /// <summary>Asserts that a new instance, as a worker has it, finds the device too.</summary>
    private void FoundAnew(string id, int number) =>
        Assert.EndsWith($"/video{number}", _sysfs.Discover().Locate(_devices.TargetNow(id)), StringComparison.Ordinal);

    private IDisposable Attach(string id)
    {
        _sysfs.PlugIn(port: 1, number: 0);
        Assert.Contains(_devices.Look(out _), device => device.Id == id);
        return _devices.Use(id);
    }
}

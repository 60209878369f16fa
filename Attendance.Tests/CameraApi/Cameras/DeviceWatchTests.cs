using System.Threading.Channels;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Node;
using Attendance.Capture.Devices;
using Attendance.Tests.Capture.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Cameras;

public sealed class DeviceWatchTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly Signals _signals = new();
    private readonly AttachedDevices _devices;
    private readonly CameraEvents.Listener _told;
    private readonly DeviceWatch _watch;
    private readonly CancellationTokenSource _stop = new();
    private int _asked;

    public DeviceWatchTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "V4L2 is Linux's.");
        var discovery = new DeviceDiscovery(_sysfs.Root, Path.Combine(_sysfs.Root, "dev"), node =>
        {
            _asked++;
            return File.ReadAllText(node) is { Length: > 0 } card ? new V4l2Capability(card, "fake", "", []) : throw new IOException("not yet");
        });
        _devices = new(discovery, _clock);
        var events = new CameraEvents(Options.Create(new NodeOptions()), _clock);
        _told = events.Listen();
        var catalog = new CameraCatalog(Options.Create(new CamerasOptions()), Options.Create(new DiscoveryOptions()), _devices, new PublishedCameras());
        _watch = new(_devices, catalog, events, _clock, NullLogger<DeviceWatch>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _told.Dispose();
        _watch.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public async Task A_burst_of_news_is_one_look_and_what_has_changed_is_told_once()
    {
        var looks = await StartAsync();
        _sysfs.PlugIn(port: 1, number: 0);
        for (var news = 0; news < 8; news++)
        {
            _signals.Give();
        }

        Assert.Equal((CameraEventType.CameraAttached, "usb-0000_00_14.0-1"), await NextAsync());
        _sysfs.Remove(0);
        _signals.Give();
        Assert.Equal((CameraEventType.CameraDetached, "usb-0000_00_14.0-1"), await NextAsync());
        Assert.False(_told.TryRead(out _));
        Assert.Equal(1, _asked);
        await StopAsync(looks);
    }

    [Fact]
    public async Task What_nobody_has_told_of_is_seen_half_a_minute_later()
    {
        var looks = await StartAsync();
        _sysfs.PlugIn(port: 1, number: 0);
        _clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(CameraEventType.CameraAttached, (await NextAsync()).Type);
        await StopAsync(looks);
    }

    [Fact]
    public async Task A_node_that_does_not_open_yet_is_asked_again_without_further_news()
    {
        var looks = await StartAsync();
        _sysfs.PlugIn(port: 1, number: 0, card: "");
        _signals.Give();
        await AdvanceUntilAsync(() => _asked > 2);
        Assert.False(_told.TryRead(out _));

        await File.WriteAllTextAsync(Path.Combine(_sysfs.Root, "dev/video0"), "Card", Cancel);

        Assert.Equal(CameraEventType.CameraAttached, (await NextAsync()).Type);
        await StopAsync(looks);
    }

    [Fact]
    public async Task Without_news_it_looks_every_few_seconds()
    {
        var looks = await StartAsync();
        _signals.Break();
        _sysfs.PlugIn(port: 1, number: 0);
        Assert.Equal(CameraEventType.CameraAttached, (await NextAsync()).Type);
        _sysfs.Remove(0);

        Assert.Equal(CameraEventType.CameraDetached, (await NextAsync()).Type);
        await StopAsync(looks);
    }

    [Fact]
    public async Task Nodes_that_come_and_go_are_news_too()
    {
        Directory.CreateDirectory(Path.Combine(_sysfs.Root, "dev"));
        using var signals = NodeSignals.TryWatch(Path.Combine(_sysfs.Root, "dev"));
        Assert.SkipWhen(signals is null, "Folders cannot be watched here.");
        var sign = signals.WaitAsync(Cancel);

        await File.WriteAllTextAsync(Path.Combine(_sysfs.Root, "dev/video0"), "Card", Cancel);

        await sign.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    /// <summary>Starts the watch. Devices that are plugged in afterwards are events.</summary>
    private async Task<Task> StartAsync()
    {
        var looks = Task.Run(RunAsync, Cancel);
        await _signals.Awaited.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        return looks;

        async Task RunAsync()
        {
            using var watch = _devices.Watch();
            await _watch.WatchAsync(_signals, _stop.Token);
        }
    }

    private async Task StopAsync(Task looks)
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looks);
    }

    private async Task<(CameraEventType Type, string CameraId)> NextAsync()
    {
        CameraEvent? told = null;
        await AdvanceUntilAsync(() => _told.TryRead(out told));
        return (told!.Type, told.CameraId);
    }

    /// <summary>Moves the clock in small steps, so that a loop that waits again runs after each.</summary>
    private async Task AdvanceUntilAsync(Func<bool> isSo)
    {
        for (var step = 0; !isSo(); step++)
        {
            Assert.True(step < 2000, "It did not happen.");
            _clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(5, Cancel);
        }
    }

    private sealed class Signals : IDeviceSignals
    {
        private readonly Channel<bool> _channel = Channel.CreateUnbounded<bool>();

        private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Awaited => _awaited.Task;

        public string Name => "a test";

        public void Give() => _channel.Writer.TryWrite(true);

        public void Break() => _channel.Writer.TryComplete(new IOException("gone"));

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            _awaited.TrySetResult();
            await _channel.Reader.ReadAsync(cancellationToken);
        }

        public void Dispose()
        {
        }
    }
}

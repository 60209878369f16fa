using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Sources.V4l2;
using Attendance.Capture.Devices;
using Attendance.Tests.CameraWorker;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.V4l2;

/// <summary>One after the other: they take turns at the same two devices.</summary>
[Trait("Suite", V4l2Guest.Suite)]
[Collection(V4l2Guest.Suite)]
public sealed class WorkerTests : IAsyncLifetime
{
    private static string Node => Vivid.NodeOf(Vivid.First);

    public ValueTask InitializeAsync() => V4l2Guest.ReadyAsync();

    public ValueTask DisposeAsync() => default;

    [Theory]
    [InlineData(Vivid.First, true)]
    [InlineData(Vivid.Second, false)]
    public async Task A_worker_captures_from_a_device(string id, bool byNode)
    {
        var node = Vivid.NodeOf(id);
        await using var worker = Capture("device:" + (byNode ? node : id));
        var opened = await worker.OpenedAsync();
        Assert.Equal((640, 360, "V4L2"), (opened.Width, opened.Height, opened.Backend));

        var brightness = float.NaN;
        for (var i = 0; i < 5 || float.IsNaN(brightness); i++)
        {
            Assert.True(i < 50, "None of 50 pictures was measured.");
            var frame = await worker.FrameAsync();
            using var picture = Cv2.ImDecode(frame.Jpeg, ImreadModes.Color);
            Assert.Equal((640, 360), (picture.Width, picture.Height));
            brightness = float.IsNaN(frame.Header.Brightness) ? brightness : frame.Header.Brightness;
        }

        Assert.True(brightness > 1);

        Assert.Equal([worker.Id], DeviceUsers.Of(node));
    }

    [Fact]
    public async Task With_TurboJPEG_and_without_it_a_device_shows_the_same_picture()
    {
        Assert.True(TurboJpeg.IsAvailable, "libturbojpeg.so.0 is not installed (Debian: apt-get install libturbojpeg0).");
        Scalar with;
        await using (var worker = Capture())
        {
            with = MeanColour((await worker.FrameAfterOpenedAsync()).Jpeg);
            Assert.Contains("YUYV is encoded by TurboJPEG", worker.Log, StringComparison.Ordinal);
        }

        var request = new CaptureRequest("door", "device:" + Node, 640, 360, 15, 80, RunningWorker.Patience, RunningWorker.Patience);
        using var source = new V4l2Source(request, Node, new DeviceDiscovery(), hasTurboJpeg: false);
        source.Open();
        var frame = new FrameBuffer();
        Assert.True(source.TryRead(frame, TestContext.Current.CancellationToken));
        var without = MeanColour(frame.Record[(CaptureProtocol.RecordHeaderLength + FrameHeader.Length)..].Span);

        for (var channel = 0; channel < 3; channel++)
        {
            Assert.Equal(without[channel], with[channel], tolerance: 4); // what the device writes into its picture changes
        }
    }

    [Fact]
    public async Task A_device_that_delivers_YUYV_is_read_without_OpenCV()
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();

        var loaded = await File.ReadAllTextAsync($"/proc/{worker.Id}/maps", TestContext.Current.CancellationToken);

        Assert.Contains("libturbojpeg", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenCvSharpExtern", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("libgtk", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Controls_are_set_when_a_device_is_opened_and_one_that_it_does_not_take_is_named()
    {
        try
        {
            await using (var worker = RunningWorker.StartAndOpen("device:" + Node, Small(new() { ["brightness"] = 33, ["horizontal_flip"] = 1 })))
            {
                await worker.FrameAfterOpenedAsync();
                Assert.Equal(["brightness: 33", "horizontal_flip: 1"], await Vivid.GetAsync(Node, "brightness", "horizontal_flip"));
            }

            await using var tooMuch = RunningWorker.StartAndOpen("device:" + Node, Small(new() { ["brightness"] = 256 }));
            Assert.Contains("'brightness' takes 0 to 255, not 256", (await tooMuch.FailureAsync()).Message, StringComparison.Ordinal);
            await using var unknown = RunningWorker.StartAndOpen("device:" + Node, Small(new() { ["brightnes"] = 1 }));
            Assert.Contains("no control 'brightnes'; it has", (await unknown.FailureAsync()).Message, StringComparison.Ordinal);
        }
        finally
        {
            // A device keeps what it was set to.
            await Vivid.SetAsync(Node, "brightness", 128);
            await Vivid.SetAsync(Node, "horizontal_flip", 0);
        }
    }

    [Fact]
    public async Task Damaged_dropped_and_renumbered_pictures_and_a_refused_buffer_do_not_end_a_capture()
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();
        try
        {
            await Vivid.SetAsync(Node, "percentage_of_dropped_buffers", 50);
            await Vivid.SetAsync(Node, "wrap_sequence_number", 1);
            for (var i = 0; i < 3; i++)
            {
                await Vivid.SetAsync(Node, "inject_v4l2_buf_flag_error", 1);
                await worker.FrameAsync();
            }

            await Vivid.SetAsync(Node, "inject_vidioc_qbuf_error", 1);
            for (var i = 0; i < 10; i++)
            {
                using var picture = Cv2.ImDecode((await worker.FrameAsync()).Jpeg, ImreadModes.Color);
                Assert.Equal((640, 360), (picture.Width, picture.Height));
            }
        }
        finally
        {
            await Vivid.SetAsync(Node, "percentage_of_dropped_buffers", 0);
            await Vivid.SetAsync(Node, "wrap_sequence_number", 0);
        }
    }

    [Fact]
    public async Task A_driver_that_streams_no_more_ends_the_capture_and_the_device_opens_again()
    {
        await using (var worker = Capture())
        {
            await worker.FrameAfterOpenedAsync();

            await Vivid.SetAsync(Node, "inject_fatal_streaming_error", 1);

            Assert.Equal(CaptureFailureCode.ReadFailed, (await worker.FailureAsync()).Code);
            await worker.ExitAsync();
        }

        await using var again = Capture();
        await again.FrameAfterOpenedAsync();
    }

    [Fact]
    public async Task Two_devices_are_captured_from_at_once()
    {
        await using var first = Capture("device:" + Vivid.First);
        await using var second = Capture("device:" + Vivid.Second);

        await first.FrameAfterOpenedAsync();
        await second.FrameAfterOpenedAsync();
    }

    [Fact]
    public async Task A_held_device_is_busy_for_another_worker_and_stays_held()
    {
        await using var holder = Capture();
        await holder.FrameAfterOpenedAsync();
        await using var other = Capture();

        var failure = await other.FailureAsync();

        Assert.Equal(CaptureFailureCode.DeviceBusy, failure.Code);
        Assert.Contains("another program", failure.Message, StringComparison.Ordinal);
        await holder.FrameAsync();
    }

    [Fact]
    public async Task A_held_device_is_busy_for_other_programs_and_free_for_them_after_its_release()
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();
        Assert.False(await Vivid.AnotherProgramCanStreamAsync(Node));

        worker.Send(CaptureProtocol.ReleaseCommand);
        Assert.Equal(0, (await worker.ExitAsync()).Code);

        Assert.Empty(DeviceUsers.Of(Node));
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(Node));
    }

    [Theory]
    [InlineData("TERM", 0)]
    [InlineData("KILL", 128 + 9)]
    public async Task A_signal_frees_the_device(string signal, int code)
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();

        Assert.Equal(code, await worker.SignalAsync(signal));

        Assert.Empty(DeviceUsers.Of(Node));
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(Node));
    }

    [Fact]
    public async Task The_end_of_its_input_frees_the_device()
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();

        worker.CloseInput();
        await worker.ExitAsync();

        Assert.Empty(DeviceUsers.Of(Node));
        Assert.True(await Vivid.AnotherProgramCanStreamAsync(Node));
    }

    [Fact]
    public async Task Unplugging_ends_the_capture_and_plugging_in_again_brings_the_same_id_back()
    {
        await using var worker = Capture("device:platform-vivid-000");
        await worker.FrameAfterOpenedAsync();
        var number = DeviceNumber.Of(Node)!.Value;

        await Vivid.UnplugAsync();
        try
        {
            var failure = await worker.FailureAsync();

            Assert.True(failure.Code is CaptureFailureCode.DeviceMissing or CaptureFailureCode.ReadFailed, failure.ToString());
            await worker.ExitAsync();
            Assert.Empty(DeviceUsers.Of(number));
            Assert.Empty(new DeviceDiscovery().List());
        }
        finally
        {
            await Vivid.PlugInAsync();
        }

        await using var again = Capture("device:platform-vivid-000");
        await again.FrameAfterOpenedAsync();
    }

    [Fact]
    public async Task A_device_that_fails_every_call_ends_the_capture()
    {
        await using var worker = Capture();
        await worker.FrameAfterOpenedAsync();

        await Vivid.SetAsync(Node, "disconnect", 1);
        try
        {
            var failure = await worker.FailureAsync();
            Assert.True(failure.Code is CaptureFailureCode.DeviceMissing or CaptureFailureCode.ReadFailed, failure.ToString());
        }
        finally
        {
            // A device that was "disconnected" comes back as an unplugged one does.
            await Vivid.UnplugAsync();
            await Vivid.PlugInAsync();
        }
    }

    private static Scalar MeanColour(ReadOnlySpan<byte> jpeg)
    {
        using var picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
        return Cv2.Mean(picture);
    }

    /// <summary>The smallest size that vivid's webcam has, for emulation is slow.</summary>
    private static RunningWorker Capture(string? source = null) => RunningWorker.StartAndOpen(source ?? "device:" + Node, Small(controls: null));

    private static Func<CaptureRequest, CaptureRequest> Small(Dictionary<string, int>? controls) =>
        request => request with { Width = 640, Height = 360, FrameRate = 15, Controls = controls };
}

using System.Net;
using System.Net.Sockets;
using Attendance.CameraApi.Capture;
using Attendance.CameraWorker;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class CaptureWorkerTests
{
    private const string Secret = "s3cret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_pattern_is_live()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern", request => request with { Width = 320, Height = 200, FrameRate = 30 });

        Assert.Equal(new CaptureOpened(320, 200, 30, "encoded", "test-pattern"), await worker.OpenedAsync());
        WorkerRecord? last = null;
        var measured = false;
        for (var i = 0; i < 10 || !measured; i++)
        {
            Assert.True(i < 300, "No picture of ten seconds was measured.");
            var frame = await worker.FrameAsync();
            using var picture = Cv2.ImDecode(frame.Jpeg, ImreadModes.Color);
            Assert.Equal((320, 200), (picture.Width, picture.Height));
            Assert.Equal((320, 200), (frame.Header.Width, frame.Header.Height));
            if (!float.IsNaN(frame.Header.Brightness))
            {
                measured = true;
                Assert.InRange(frame.Header.Brightness, 20, 120);
                Assert.True(frame.Header.Sharpness > 10);
            }

            if (last is not null)
            {
                Assert.True(frame.Header.Sequence > last.Header.Sequence);
                Assert.True(frame.Header.Timestamp > last.Header.Timestamp);
                Assert.False(frame.Jpeg.SequenceEqual(last.Jpeg));
            }

            last = frame;
        }
    }

    /// <summary>The limits also apply to programs that the worker starts, such as ffmpeg.</summary>
    [Fact]
    public async Task A_worker_can_become_no_more_than_it_is_and_leaves_no_picture_in_a_core_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These are limits of Linux.");
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.OpenedAsync();

        Assert.Contains("NoNewPrivs:\t1", await File.ReadAllTextAsync($"/proc/{worker.Id}/status", Cancel), StringComparison.Ordinal);
        var limits = await File.ReadAllLinesAsync($"/proc/{worker.Id}/limits", Cancel);
        Assert.Equal(["0", "0"], LimitOf("Max core file size"));
        Assert.Equal(["512", "512"], LimitOf("Max open files"));

        string[] LimitOf(string name) => limits.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2];
    }

    [Fact]
    public async Task A_released_worker_exits_with_0()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.OpenedAsync();

        worker.Send(CaptureProtocol.ReleaseCommand);

        Assert.Equal(0, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_release_does_not_wait_for_the_next_frame_of_a_slow_camera()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern", request => request with { FrameRate = 0.1 });
        await worker.FrameAfterOpenedAsync();

        worker.Send(CaptureProtocol.ReleaseCommand);

        Assert.InRange((await worker.ExitAsync()).After, TimeSpan.Zero, TimeSpan.FromSeconds(8)); // the next frame is due after ten
    }

    [Fact]
    public async Task A_worker_that_was_never_told_to_open_exits_with_0()
    {
        await using var worker = RunningWorker.Start();

        worker.Send(CaptureProtocol.ReleaseCommand);

        Assert.Equal(0, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task The_end_of_its_input_ends_a_worker_that_streams()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.FrameAfterOpenedAsync();

        worker.CloseInput();

        await worker.ExitAsync();
    }

    [Fact]
    public async Task The_end_of_its_input_ends_a_worker_that_is_stuck_in_native_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes in its file system.");
        using var silent = await SilentFile.CreateAsync();
        await using var worker = RunningWorker.StartAndOpen(silent.Source);
        await silent.ReaderAsync();

        worker.CloseInput();

        await worker.ExitAsync();
    }

    [Fact]
    public async Task The_end_of_its_input_ends_a_worker_whose_output_nobody_reads()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern", request => request with { FrameRate = 60 });
        await Task.Delay(TimeSpan.FromSeconds(1.5), Cancel); // time for more frames than a pipe holds

        worker.CloseInput();

        await worker.ExitAsync();
    }

    [Fact]
    public async Task SIGTERM_closes_the_device()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.FrameAfterOpenedAsync();

        Assert.Equal(0, await worker.SignalAsync("TERM"));
    }

    [Fact]
    public async Task SIGTERM_ends_a_worker_that_is_stuck_in_native_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        using var silent = await SilentFile.CreateAsync();
        await using var worker = RunningWorker.StartAndOpen(silent.Source);
        await silent.ReaderAsync();

        Assert.Equal(CaptureWorker.Terminated, await worker.SignalAsync("TERM"));
    }

    [Fact]
    public async Task Ctrl_C_is_for_the_parent_to_answer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.FrameAfterOpenedAsync();

        await RunningWorker.RunAsync("kill", "-INT", $"{worker.Id}");

        for (var i = 0; i < 5; i++)
        {
            await worker.FrameAsync();
        }
    }

    [Fact]
    public async Task A_worker_ends_with_its_owner_even_if_somebody_else_holds_its_input()
    {
        var nobody = ProcessIdentity.Current with { StartTime = 1 };
        await using var worker = RunningWorker.Start(nobody);

        await worker.ExitAsync();
    }

    [Fact]
    public async Task A_slow_reader_gets_the_newest_frame_and_costs_no_memory()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern", request => request with { FrameRate = 60 });
        await worker.OpenedAsync();
        var first = await worker.FrameAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        var before = worker.Memory();

        await Task.Delay(TimeSpan.FromSeconds(2), Cancel);
        var after = worker.Memory();

        // The pipe itself holds a few old frames; then comes one from now.
        var gap = 0L;
        for (var i = 0; i < 20; i++)
        {
            var next = await worker.FrameAsync();
            gap = Math.Max(gap, next.Header.Sequence - first.Header.Sequence);
            first = next;
        }

        Assert.True(gap > 30, $"The largest gap was {gap} frames.");
        Assert.True(after - before < 16, $"It grew from {before:0} to {after:0} MiB.");
    }

    [Fact]
    public async Task A_camera_that_never_answers_is_given_up_in_time()
    {
        using var silent = new SilentServer();
        await using var worker = RunningWorker.StartAndOpen(silent.Source, request => request with { OpenTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(CaptureFailureCode.OpenTimedOut, (await worker.FailureAsync()).Code);
        Assert.Equal(CaptureWorker.Failed, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task An_open_that_hangs_in_native_code_is_given_up_in_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes in its file system.");
        using var silent = await SilentFile.CreateAsync();
        await using var worker = RunningWorker.StartAndOpen(silent.Source, request => request with { OpenTimeout = TimeSpan.FromSeconds(1) });

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenTimedOut, failure.Code);
        Assert.Contains("door", failure.Message, StringComparison.Ordinal);
        Assert.Equal(CaptureWorker.Failed, (await worker.ExitAsync()).Code);
    }

    [Theory]
    [InlineData("file:no/such/film.mp4", nameof(CaptureFailureCode.DeviceMissing))]
    [InlineData("device:/dev/video99", nameof(CaptureFailureCode.DeviceMissing))]
    [InlineData("device:usb-1234-5678-none", nameof(CaptureFailureCode.DeviceMissing))]
    [InlineData("gopher://old", nameof(CaptureFailureCode.OpenFailed))]
    public async Task A_source_that_cannot_be_opened_is_reported_with_its_code_and_camera(string source, string code)
    {
        await using var worker = RunningWorker.StartAndOpen(source);

        var failure = await worker.FailureAsync();

        Assert.Equal(code, failure.Code.ToString());
        Assert.Contains("'door'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(CaptureWorker.Failed, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task Credentials_appear_nowhere()
    {
        using var silent = new SilentServer();
        await using var worker = RunningWorker.StartAndOpen(
            silent.Source.Replace("://", $"://admin:{Secret}@", StringComparison.Ordinal) + $"?key={Secret}",
            request => request with { OpenTimeout = TimeSpan.FromSeconds(2) });
        await silent.CallerAsync();
        var visible = OperatingSystem.IsLinux()
            ? await File.ReadAllTextAsync($"/proc/{worker.Id}/cmdline", Cancel) + await File.ReadAllTextAsync($"/proc/{worker.Id}/environ", Cancel)
            : "";

        var failure = await worker.FailureAsync();
        var log = await worker.LogToTheEndAsync();

        Assert.DoesNotContain(Secret, visible + failure.Message + log, StringComparison.Ordinal);
        Assert.NotEmpty(log);
    }

    [Fact]
    public async Task Credentials_of_a_stream_that_refuses_appear_nowhere()
    {
        await using var worker = RunningWorker.StartAndOpen($"rtsp://admin:{Secret}@127.0.0.1:1/stream?key={Secret}");

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenFailed, failure.Code);
        Assert.DoesNotContain(Secret, failure.Message + await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_commands_are_ignored_and_not_logged()
    {
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        worker.Send("");
        worker.Send("\0\u001b[31m" + Secret);
        worker.Send(new string('x', 200_000));
        worker.Send("open {\"source\":\"" + Secret);
        await worker.FrameAfterOpenedAsync();

        worker.Send(CaptureProtocol.ReleaseCommand);

        Assert.Equal(0, (await worker.ExitAsync()).Code);
        Assert.DoesNotContain(Secret, await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open {\"source\":\"" + Secret)]
    [InlineData("open null")]
    [InlineData("open {}")]
    [InlineData("open [1]")]
    public async Task A_request_that_cannot_be_read_fails(string line)
    {
        await using var worker = RunningWorker.Start();

        worker.Send(line);

        Assert.Equal(CaptureFailureCode.OpenFailed, (await worker.FailureAsync()).Code);
        Assert.DoesNotContain(Secret, await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_owner_there_is_no_worker()
    {
        await using var worker = RunningWorker.Start(owner: default(ProcessIdentity), "--camera", "door");
        await worker.ExitAsync();

        var (code, output) = await RunningWorker.RunAsync(WorkerCommand.Find(), "--owner", "me");
        Assert.Equal(2, code);
        Assert.Contains("usage", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_native_library_prints_does_not_get_between_the_frames()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is read from /proc.");
        await using var worker = RunningWorker.StartAndOpen("test-pattern");
        await worker.FrameAfterOpenedAsync();

        Assert.Equal(File.ResolveLinkTarget($"/proc/{worker.Id}/fd/2", false)!.Name, File.ResolveLinkTarget($"/proc/{worker.Id}/fd/1", false)!.Name);
    }

    /// <summary>A file that never ends and never delivers anything, so OpenCV is stuck reading it.</summary>
    private sealed class SilentFile(string folder) : IDisposable
    {
        private readonly string _path = Path.Combine(folder, "film.mp4");
        private FileStream? _writer;

        public string Source => "file:" + _path;

        public static async Task<SilentFile> CreateAsync()
        {
            var file = new SilentFile(Directory.CreateTempSubdirectory("attendance-").FullName);
            Assert.Equal(0, (await RunningWorker.RunAsync("mkfifo", file._path)).Code);
            return file;
        }

        /// <summary>The kernel opens the writing end when somebody has the reading end open.</summary>
        public async Task ReaderAsync() =>
            _writer = await Task.Run(() => new FileStream(_path, FileMode.Open, FileAccess.Write), Cancel).WaitAsync(RunningWorker.Patience, Cancel);

        public void Dispose()
        {
            _writer?.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A camera that accepts a connection and never answers.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private TcpClient? _caller;

        public SilentServer() => _listener.Start();

        public string Source => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/stream";

        public async Task CallerAsync() => _caller = await _listener.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(RunningWorker.Patience, Cancel);

        public void Dispose()
        {
            _caller?.Dispose();
            _listener.Dispose();
        }
    }
}

internal static class WorkerProcessReading
{
    public static async Task<WorkerRecord> FrameAfterOpenedAsync(this RunningWorker worker)
    {
        await worker.OpenedAsync();
        return await worker.FrameAsync();
    }
}

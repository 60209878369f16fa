using System.Diagnostics;
using System.Globalization;
using Attendance.CameraWorker;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.CameraWorker;

/// <summary>Tests that the fault camera fails as it claims, because the fault suites rely on it.</summary>
public sealed class FaultCameraTests : IDisposable
{
    private const int SigSegv = 11, SigTerm = 15;

    private readonly FaultCamera _camera = new("door");

    public FaultCameraTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The faults are those of Unix, and are read from /proc.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _camera.Dispose();

    [Fact]
    public async Task Without_a_fault_it_is_a_test_pattern()
    {
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();

        worker.Send(CaptureProtocol.ReleaseCommand);

        Assert.Equal(CaptureWorker.Released, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_hang_in_read_is_a_native_call_that_no_release_ends()
    {
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();
        await _camera.StrikeAsync("once hang read", Cancel);
        await WaitsInPipeReadAsync(worker.Id);

        worker.Send(CaptureProtocol.ReleaseCommand);
        await Task.Delay(500, Cancel);
        Assert.True(Processes.IsAlive(worker.Id));

        Assert.Equal(CaptureWorker.Terminated, await worker.SignalAsync("TERM"));
    }

    [Fact]
    public async Task A_hang_in_open_is_given_up_in_time()
    {
        _camera.Set("hang open");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source, request => request with { OpenTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(CaptureFailureCode.OpenTimedOut, (await worker.FailureAsync()).Code);
        Assert.Equal(CaptureWorker.Failed, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_hang_in_close_outlasts_the_release()
    {
        _camera.Set("hang close");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();

        worker.Send(CaptureProtocol.ReleaseCommand);

        await WaitsInPipeReadAsync(worker.Id);
        Assert.Equal(CaptureWorker.Terminated, await worker.SignalAsync("TERM"));
    }

    [Fact]
    public async Task Only_SIGKILL_ends_a_hanging_worker_that_ignores_SIGTERM()
    {
        _camera.Set("ignore SIGTERM", "hang close");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();
        worker.Send(CaptureProtocol.ReleaseCommand);
        await WaitsInPipeReadAsync(worker.Id);

        Processes.Signal(worker.Id, "TERM");
        await Task.Delay(700, Cancel);
        Assert.True(Processes.IsAlive(worker.Id));

        Assert.Equal(128 + 9, await worker.SignalAsync("KILL"));
    }

    [Fact]
    public async Task SIGTERM_can_be_ignored_from_one_moment_to_the_next()
    {
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();
        Assert.False(Ignores(worker.Id, SigTerm));

        await _camera.StrikeAsync("once ignore SIGTERM", Cancel);

        await Eventually.TrueAsync(() => Ignores(worker.Id, SigTerm), RunningWorker.Patience, "SIGTERM is ignored");
    }

    [Theory]
    [InlineData("open")]
    [InlineData("read")]
    [InlineData("close")]
    public async Task A_crash_is_a_SIGSEGV(string point)
    {
        _camera.Set($"crash {point}");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        if (point == "close")
        {
            await worker.FrameAfterOpenedAsync();
            worker.Send(CaptureProtocol.ReleaseCommand);
        }

        Assert.Equal(128 + SigSegv, (await worker.ExitAsync()).Code);
    }

    [Theory]
    [InlineData("fail open", nameof(CaptureFailureCode.OpenFailed))]
    [InlineData("fail read", nameof(CaptureFailureCode.ReadFailed))]
    [InlineData("fial read", nameof(CaptureFailureCode.OpenFailed))]
    public async Task A_failure_is_said_and_so_is_a_line_that_is_no_fault(string line, string code)
    {
        _camera.Set(line);
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);

        Assert.Equal(code, (await worker.FailureAsync()).Code.ToString());
        Assert.Equal(CaptureWorker.Failed, (await worker.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_slow_camera_takes_its_time_for_each_frame()
    {
        _camera.Set("slow 300");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        var first = await worker.FrameAfterOpenedAsync();

        var second = await worker.FrameAsync();

        Assert.True(Stopwatch.GetElapsedTime(first.Header.Timestamp, second.Header.Timestamp) > TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task Garbage_comes_in_a_record_and_is_no_JPEG()
    {
        _camera.Set("garbage");
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);

        var frame = await worker.FrameAfterOpenedAsync();

        Assert.NotEqual(0xFF, frame.Jpeg[0]);
    }

    [Fact]
    public async Task Garbage_in_the_protocol_breaks_the_records()
    {
        await using var worker = RunningWorker.StartAndOpen(_camera.Source);
        await worker.FrameAfterOpenedAsync();
        await _camera.StrikeAsync("once garbage protocol", Cancel);

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await worker.FrameAsync();
            }
        });
    }

    [Fact]
    public async Task A_kept_pipe_stays_open_until_the_file_asks_for_it_no_more()
    {
        _camera.Set("keep pipe");
        await using (var worker = RunningWorker.StartAndOpen(_camera.Source))
        {
            await worker.FrameAfterOpenedAsync();
            Processes.Signal(worker.Id, "KILL");
            await Eventually.TrueAsync(() => !Processes.IsAlive(worker.Id), RunningWorker.Patience, "the worker is gone");

            var log = worker.LogToTheEndAsync();
            await Task.Delay(500, Cancel);
            Assert.False(log.IsCompleted);

            _camera.Set();
            await log;
        }
    }

    /// <summary>Some thread of the process is in a read of a pipe, as the kernel sees it.</summary>
    private static Task<TimeSpan> WaitsInPipeReadAsync(int pid) => Eventually.TrueAsync(
        () => Directory.EnumerateDirectories($"/proc/{pid}/task").Any(IsInPipeRead),
        RunningWorker.Patience, "it waits for its pipe");

    /// <summary>The thread that owns the device; the one that reads commands waits for a pipe as well.</summary>
    private static bool IsInPipeRead(string task)
    {
        try
        {
            return File.ReadAllText(task + "/comm").Trim() == "capture" && File.ReadAllText(task + "/stat").Split(')')[^1].TrimStart()[0] == 'S'
                && File.ReadAllText(task + "/wchan").Contains("pipe", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool Ignores(int pid, int signal)
    {
        var mask = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0;
    }
}

using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>Tests a real worker and a real ffmpeg with a camera that speaks RTSP.</summary>
public sealed partial class RtspCameraTests
{
    private const string Secret = "s3cret";

    public RtspCameraTests() => FakeRtspCamera.SkipWithoutFfmpeg();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_key_frame_is_shown_though_the_next_is_far_off()
    {
        await using var camera = new FakeRtspCamera { KeyFrames = 10_000 };
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Equal(new CaptureOpened(160, 120, 0, "encoded", "ffmpeg"), await worker.OpenedAsync());
        await ShowsOtherPicturesAsync(worker, 10);
    }

    [Fact]
    public async Task A_track_that_is_silent_is_not_waited_for()
    {
        await using var camera = new FakeRtspCamera { HasSilentAudio = true };
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        await worker.OpenedAsync();
        Assert.DoesNotContain(camera.Asked, asked => asked.Contains("track2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(30 * 86400)]
    public async Task A_jump_of_the_cameras_clock_is_neither_waited_out_nor_filled(int seconds)
    {
        await using var camera = new FakeRtspCamera { Jump = seconds, FramesPerSecond = 10, KeyFrames = 10 };
        await using var worker = RunningWorker.StartAndOpen(camera.Url());
        await worker.OpenedAsync();

        // Three seconds of pictures, the jump among them: they go on coming, as many as the camera makes, each another.
        var first = (await worker.FrameAsync()).Header;
        var last = first;
        var longest = TimeSpan.Zero;
        var pictures = new HashSet<string>();
        while (Stopwatch.GetElapsedTime(first.Timestamp, last.Timestamp) < TimeSpan.FromSeconds(3))
        {
            var frame = await worker.FrameAsync();
            var gap = Stopwatch.GetElapsedTime(last.Timestamp, frame.Header.Timestamp);
            longest = gap > longest ? gap : longest;
            pictures.Add(Convert.ToHexString(SHA256.HashData(frame.Jpeg)));
            last = frame.Header;
        }

        Assert.InRange(last.Sequence - first.Sequence, 15, 60);
        Assert.InRange(pictures.Count, 15, 60);
        Assert.True(longest < TimeSpan.FromSeconds(1.5), $"{longest} without a picture.");
    }

    [Fact]
    public async Task What_sends_by_UDP_only_is_shown()
    {
        await using var camera = new FakeRtspCamera { IsTcpAllowed = false };
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        await worker.OpenedAsync();
        await ShowsOtherPicturesAsync(worker, 5);
    }

    [Theory]
    [InlineData("Digest realm=\"cam\", nonce=\"n1\", algorithm=SHA-256", 64)]
    [InlineData("Digest realm=\"cam\", nonce=\"n1\"", 32)]
    [InlineData("Digest realm=\"cam\", nonce=\"n1\", algorithm=SHA-512-256, Digest realm=\"cam\", nonce=\"n1\", algorithm=SHA-256, Basic realm=\"cam\"", 64)]
    [InlineData("Basic realm=\"cam\"", 0)]
    public async Task Every_way_to_sign_in_works_and_ffmpeg_is_told_no_password(string challenge, int length)
    {
        await using var camera = new FakeRtspCamera
        {
            Challenge = challenge,
            IsRight = answer => length == 0
                ? answer == "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("admin:" + Secret))
                : Response().Match(answer).Groups[1].Length == length,
        };
        await using var worker = RunningWorker.StartAndOpen(camera.Url("admin:" + Secret));
        await worker.OpenedAsync();

        if (OperatingSystem.IsLinux())
        {
            foreach (var child in Processes.ChildrenOf(worker.Id))
            {
                Assert.DoesNotContain(Secret, await File.ReadAllTextAsync($"/proc/{child}/cmdline", Cancel) + await File.ReadAllTextAsync($"/proc/{child}/environ", Cancel), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("refuses the user name or the password (Digest)", "admin:wrong-" + Secret)]
    [InlineData("asks for a user name and a password (Digest)", "")]
    public async Task A_refused_password_is_reported_at_once(string expected, string credentials)
    {
        await using var camera = new FakeRtspCamera { Challenge = "Digest realm=\"cam\", nonce=\"n\"", IsRight = _ => false };
        await using var worker = RunningWorker.StartAndOpen(camera.Url(credentials));

        var message = (await worker.FailureAsync()).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, message + await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "it has nothing at this path (404)")]
    [InlineData("302 Found", "it redirects to another address, which is not followed")]
    [InlineData("453 Not Enough Bandwidth", "it is busy (453)")]
    [InlineData("500 Oh", "it answers with an error (500)")]
    public async Task A_refused_RTSP_description_is_reported_with_its_reason(string status, string expected)
    {
        await using var camera = new FakeRtspCamera { InsteadOfDescription = status };
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Contains(expected, (await worker.FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_key_frame_is_reported()
    {
        await using var camera = new FakeRtspCamera { KeyFrames = 10_000, LosesKeyFrame = true };
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { OpenTimeout = TimeSpan.FromSeconds(7) });

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenTimedOut, failure.Code);
        Assert.Contains("no key frame in time", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'ffmpeg version 3.4.11'; echo 'libavutil 55. 78.100'", "is too old: it is version 3.4.11, and 4.0 or later is needed")]
    [InlineData("exit 127", "is installed but does not run")]
    public async Task An_unusable_ffmpeg_is_reported(string script, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows runs no script by a shell's name.");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var program = Path.Combine(folder.FullName, "ffmpeg");
            await File.WriteAllTextAsync(program, "#!/bin/sh\n" + script + "\n", Cancel);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            await using var camera = new FakeRtspCamera();
            await using var worker = RunningWorker.StartAndOpen(camera.Url(), environment: new() { ["PATH"] = folder.FullName + ":/usr/bin:/bin" });

            var failure = await worker.FailureAsync();

            Assert.Equal(CaptureFailureCode.CaptureUnsupported, failure.Code);
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Nobody_but_ffmpeg_is_answered_by_the_relay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it cannot be told who calls.");
        using var relay = new Attendance.CameraWorker.Network.LoopbackListener();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var stranger = new TcpClient(AddressFamily.InterNetwork); // IPv4 only, as ffmpeg connects, because the kernel lists dual-stack sockets elsewhere
        await stranger.ConnectAsync("127.0.0.1", relay.Port, Cancel);
        var accepting = relay.AcceptAsync(end.Token);
        relay.ServeOnly(1);

        Assert.Equal(0, await stranger.GetStream().ReadAsync(new byte[1], Cancel).AsTask().WaitAsync(RunningWorker.Patience, Cancel));
        Assert.False(accepting.IsCompleted);

        using var ours = new Attendance.CameraWorker.Network.LoopbackListener();
        ours.ServeOnly(Environment.ProcessId);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync("127.0.0.1", ours.Port, Cancel);
        await using var accepted = await ours.AcceptAsync(Cancel).WaitAsync(RunningWorker.Patience, Cancel);
        await end.CancelAsync();
    }

    private static async Task ShowsOtherPicturesAsync(RunningWorker worker, int pictures)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < pictures; i++)
        {
            seen.Add(Convert.ToHexString(SHA256.HashData((await worker.FrameAsync()).Jpeg)));
        }

        Assert.Equal(pictures, seen.Count);
    }

    [GeneratedRegex("response=\"([0-9a-f]+)\"")]
    private static partial Regex Response();
}

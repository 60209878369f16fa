using System.Text;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>Tests a real worker with a camera that answers as real ones do.</summary>
public sealed class HttpCameraTests
{
    private const string Secret = "s3cret";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nServer: GoAhead\r\nTue, 12 Jun 2012 01:56:34 GMT\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\nContent-Type : multipart/x-mixed-replace;\r\n boundary=frame\r\n\r\n")]
    [InlineData("HTTP/1.0 200\nContent-Type: Multipart/X-Mixed-Replace;boundary=frame\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\nContent-Type: image/jpeg\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: multipart/mixed, boundary=frame\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nServer: Cam\u00E9ra\r\nSet-Cookie\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n")]
    [InlineData("ICY 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")]
    [InlineData("")]
    public async Task A_head_that_is_not_as_it_should_be_opens_all_the_same(string head)
    {
        await using var camera = FakeHttpCamera.Streams(i => FakeHttpCamera.Part(TestJpegs.Get(i)), head);
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Equal(new CaptureOpened(64, 48, 0, "mjpeg", "HTTP"), await worker.OpenedAsync());
        await ShowsAsync(worker, 3);
    }

    [Fact]
    public async Task Chunks_are_put_together_wherever_they_are_cut()
    {
        await using var camera = FakeHttpCamera.Streams(
            i => [.. FakeHttpCamera.Part(TestJpegs.Get(i)).Chunk(333).SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:X};x=y\r\n"), .. chunk, .. "\r\n"u8])],
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\nTransfer-Encoding: chunked\r\n\r\n");
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        await worker.OpenedAsync();
        await ShowsAsync(worker, 5);
    }

    [Fact]
    public async Task JPEGs_one_after_the_other_are_passed_on_at_once()
    {
        await using var camera = FakeHttpCamera.Streams(TestJpegs.Get, "HTTP/1.1 200 OK\r\nContent-Type: video/x-motion-jpeg\r\n\r\n");
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Equal("HTTP", (await worker.OpenedAsync()).Backend);
        await ShowsAsync(worker, 3);
    }

    [Fact]
    public async Task A_damaged_picture_does_not_end_the_stream()
    {
        await using var camera = FakeHttpCamera.Streams(i => FakeHttpCamera.Part(i % 3 == 0 ? TestJpegs.CutInHead(TestJpegs.Get(i)) : TestJpegs.Get(i)));
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { ReadTimeout = TimeSpan.FromSeconds(2) });

        await worker.OpenedAsync();
        await ShowsAsync(worker, 30);
    }

    [Theory]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256", "Digest realm=\"cam\", nonce=\"m\", qop=\"auth\"")]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", qop=\"auth\", algorithm=SHA-512-256", "Digest realm=\"cam\", nonce=\"n\", qop=\"auth\", algorithm=MD5")]
    [InlineData("Basic realm=cam here")]
    public async Task The_best_way_that_both_know_is_used_to_sign_in(params string[] challenges)
    {
        await using var camera = new FakeHttpCamera(call => call.Header("Authorization") is { } answer && IsRight(answer)
            ? call.StreamAsync(FakeHttpCamera.Ok, i => FakeHttpCamera.Part(TestJpegs.Get(i)))
            : call.RefuseAsync(challenges));
        await using var worker = RunningWorker.StartAndOpen(camera.Url("stream?a=1", $"admin:{Secret}"));

        await worker.OpenedAsync();

        static bool IsRight(string answer) =>
            answer == "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("admin:" + Secret))
            || (answer.Contains("uri=\"/stream?a=1\"", StringComparison.Ordinal) && (answer.Contains("algorithm=SHA-256", StringComparison.Ordinal) || answer.Contains("algorithm=MD5", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_wrong_password_is_tried_once_and_named()
    {
        await using var camera = new FakeHttpCamera(call => call.RefuseAsync($"Digest realm=\"cam\", nonce=\"{Guid.NewGuid()}\", qop=\"auth\""));
        await using var worker = RunningWorker.StartAndOpen(camera.Url(credentials: "admin:" + Secret));

        Assert.Equal("Camera 'door': it refuses the user name or the password (Digest).", (await worker.FailureAsync()).Message);
        Assert.Equal(2, camera.Asked.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it has nothing at this path (404)")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "it is busy (503)")]
    [InlineData("HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n\r\n", "it asks for a user name and a password (Digest)")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n", "it redirects to another host")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n", "it redirects to another host")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /stream\r\n\r\n", "it redirects in a circle")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=f\r\n\r\n--f\r\n\r\nno signal\r\n--f--\r\n", "its stream holds no picture")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=f\r\n\r\n--f\r\n\r\n\u00FF\u00D8\u00FF\u00D9\r\n--f--\r\n", "its stream holds no whole JPEG")]
    [InlineData("", "it ended the connection without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "it ended the connection without an answer")]
    public async Task An_HTTP_answer_that_is_no_stream_is_reported_with_its_reason(string answer, string expected)
    {
        await using var camera = new FakeHttpCamera(call => call.WriteAsync(answer));
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenFailed, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_does_not_end_is_given_up()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync("HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await call.WriteAsync($"X-Filler: {new string('y', 4000)}\r\n");
            }
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Contains("its answer cannot be read", (await worker.FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("silent")]
    public async Task A_camera_that_says_nothing_is_named_so(string path)
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(path == "silent" ? "" : FakeHttpCamera.Ok);
            await call.HangAsync();
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url(path), request => request with { OpenTimeout = TimeSpan.FromSeconds(1) });

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenTimedOut, failure.Code);
        Assert.Contains(path == "silent" ? "it did not answer within 1 s" : "no picture came within 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirection_to_the_same_host_is_followed_and_credentials_go_along()
    {
        await using var camera = new FakeHttpCamera(call => call.Path == "/stream"
            ? call.WriteAsync("HTTP/1.1 302 Found\r\nLocation: /live\r\nContent-Length: 0\r\n\r\n")
            : call.Header("Authorization") is null ? call.RefuseAsync("Basic realm=\"c\"") : call.StreamAsync(FakeHttpCamera.Ok, i => FakeHttpCamera.Part(TestJpegs.Get(i))));
        await using var worker = RunningWorker.StartAndOpen(camera.Url(credentials: "admin:" + Secret));

        await worker.OpenedAsync();
    }

    [Fact]
    public async Task A_redirection_to_another_port_takes_no_credentials_along()
    {
        await using var other = new FakeHttpCamera(call => call.RefuseAsync("Basic realm=\"c\""));
        await using var camera = new FakeHttpCamera(call => call.WriteAsync($"HTTP/1.1 302 Found\r\nLocation: {other.Url()}\r\nContent-Length: 0\r\n\r\n"));
        await using var worker = RunningWorker.StartAndOpen(camera.Url(credentials: "admin:" + Secret));

        await worker.FailureAsync();

        Assert.Single(other.Asked);
    }

    [Fact]
    public async Task A_certificate_is_refused_and_named_until_it_is_pinned_or_any_is_allowed()
    {
        await using var camera = new FakeHttpCamera(call => call.StreamAsync(FakeHttpCamera.Ok, i => FakeHttpCamera.Part(TestJpegs.Get(i))), isSecure: true);

        await using var refused = RunningWorker.StartAndOpen(camera.Url(credentials: "admin:" + Secret));
        var failure = await refused.FailureAsync();
        Assert.Contains(camera.Fingerprint, failure.Message, StringComparison.Ordinal);
        Assert.Contains("'Certificate'", failure.Message, StringComparison.Ordinal);

        await using var other = RunningWorker.StartAndOpen(camera.Url(), request => request with { Certificate = new string('a', 64) });
        Assert.Contains("another than the one that is configured", (await other.FailureAsync()).Message, StringComparison.Ordinal);
        Assert.Empty(camera.Asked);

        foreach (var setting in new[] { "any", camera.Fingerprint, string.Join(':', camera.Fingerprint.ToLowerInvariant().Chunk(2).Select(pair => new string(pair))) })
        {
            await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { Certificate = setting });
            await worker.OpenedAsync();
        }
    }

    [Fact]
    public async Task A_camera_that_is_slow_is_not_given_up()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(FakeHttpCamera.Ok);
            for (var i = 0; ; i++)
            {
                await call.WriteAsync(FakeHttpCamera.Part(TestJpegs.Get(i)));
                await Task.Delay(1500, call.End);
            }
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { ReadTimeout = TimeSpan.FromSeconds(1) });

        await worker.OpenedAsync();
        await ShowsAsync(worker, 4);
    }

    [Fact]
    public async Task A_picture_that_has_frozen_is_given_up_though_it_comes_again_and_again()
    {
        await using var camera = FakeHttpCamera.Streams(i => FakeHttpCamera.Part(TestJpegs.Get(Math.Min(i, 5))));
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { ReadTimeout = TimeSpan.FromSeconds(1) });

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.ReadFailed, failure.Code);
        Assert.Contains("the same picture again and again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_comes_again_has_the_number_of_the_first()
    {
        await using var camera = FakeHttpCamera.Streams(i => FakeHttpCamera.Part(TestJpegs.Get(i / 5)));
        await using var worker = RunningWorker.StartAndOpen(camera.Url());
        await worker.OpenedAsync();
        var frames = new List<WorkerRecord>();
        for (var i = 0; i < 40; i++)
        {
            frames.Add(await worker.FrameAsync());
        }

        var changes = frames.Skip(10).Zip(frames.Skip(11), (one, next) => (IsNew: next.Header.Sequence != one.Header.Sequence, IsOther: !next.Jpeg.SequenceEqual(one.Jpeg)));
        Assert.All(changes, change => Assert.Equal(change.IsOther, change.IsNew));
    }

    [Fact]
    public async Task A_still_picture_is_new_where_its_part_says_so_and_where_nothing_else_was_ever_shown()
    {
        await using var timed = FakeHttpCamera.Streams(i =>
            [.. Encoding.ASCII.GetBytes($"--frame\r\nX-Timestamp: {(i < 3 ? i : i + 0.5)}\r\nContent-Length: {TestJpegs.Get(Math.Min(i, 2)).Length}\r\n\r\n"), .. TestJpegs.Get(Math.Min(i, 2)), .. "\r\n"u8]);
        await using var still = FakeHttpCamera.Streams(_ => FakeHttpCamera.Part(TestJpegs.Get(0)));
        foreach (var camera in new[] { timed, still })
        {
            await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { ReadTimeout = TimeSpan.FromSeconds(1) });
            await worker.OpenedAsync();
            var from = (await worker.FrameAsync()).Header.Sequence;
            await ShowsAsync(worker, 90);
            Assert.True((await worker.FrameAsync()).Header.Sequence > from + 60);
        }
    }

    [Fact]
    public async Task A_camera_that_sends_as_fast_as_it_can_is_passed_on_at_sixty_a_second()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync(FakeHttpCamera.Ok);
            for (var i = 0; ; i++)
            {
                await call.WriteAsync(FakeHttpCamera.Part(TestJpegs.Get(i)));
            }
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url());
        await worker.OpenedAsync();

        var first = (await worker.FrameAsync()).Header;
        await ShowsAsync(worker, 120);
        var last = (await worker.FrameAsync()).Header;

        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(first.Timestamp, last.Timestamp).TotalSeconds;
        Assert.InRange((last.Sequence - first.Sequence) / seconds, 1, CaptureProtocol.MaxFrameRate * 1.15);
    }

    [Fact]
    public async Task A_picture_of_gigabytes_is_not_decoded()
    {
        await using var camera = FakeHttpCamera.Streams(_ => FakeHttpCamera.Part(TestJpegs.Announcing(65500, 16000)));
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        var failing = worker.FailureAsync();
        var most = 0.0;
        while (!failing.IsCompleted) // the worker ends soon after it has failed
        {
            most = Math.Max(most, worker.Memory());
            await Task.WhenAny(failing, Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        }

        Assert.Contains("'Capture:MaxPixels'", (await failing).Message, StringComparison.Ordinal);
        Assert.InRange(most, 1, 400);
    }

    [Fact]
    public async Task A_worker_is_bounded_by_the_system_where_pictures_of_that_size_are_allowed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the system does not bound it.");
        await using var camera = FakeHttpCamera.Streams(_ => FakeHttpCamera.Part(TestJpegs.Announcing(9990, 10000)), perSecond: 5);
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { MaxPixels = 100_000_000 });

        await worker.OpenedAsync();
        var most = 0.0;
        for (var i = 0; i < 10 && await worker.NextAsync() is { Kind: CaptureRecord.Frame }; i++)
        {
            most = Math.Max(most, worker.Memory());
        }

        Assert.True(most < 400, $"It took {most:0} MB.");
    }

    private static async Task ShowsAsync(RunningWorker worker, int pictures)
    {
        for (var i = 0; i < pictures; i++)
        {
            var frame = await worker.FrameAsync();
            Assert.True(Enumerable.Range(0, 12).Any(number => frame.Payload.AsSpan(FrameHeader.Length).SequenceEqual(TestJpegs.Get(number))), "It is none of the camera's pictures.");
        }
    }
}

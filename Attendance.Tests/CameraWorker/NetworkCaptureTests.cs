using System.Net;
using System.Net.Sockets;
using System.Text;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Quality;
using Attendance.CameraWorker.Network;
using Attendance.Tests.Programs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class NetworkCaptureTests
{
    private const string Secret = "s3cret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Motion_JPEG_over_HTTP_is_passed_on_as_it_is()
    {
        var sent = Picture(77);
        await using var camera = new HttpCamera(sent, pictures: int.MaxValue);
        await using var worker = RunningWorker.StartAndOpen(camera.Source);
        Assert.Equal(new CaptureOpened(64, 48, 0, "mjpeg", "HTTP"), await worker.OpenedAsync());

        for (var i = 0; i < 5; i++)
        {
            var frame = await worker.FrameAsync();
            Assert.Equal(sent, frame.Jpeg);
            Assert.Equal((64, 48, FrameFlags.PassedThrough), (frame.Header.Width, frame.Header.Height, frame.Header.Flags));
        }

        worker.Send(CaptureProtocol.ReleaseCommand);
        Assert.Equal(0, (await worker.ExitAsync()).Code);
        Assert.DoesNotContain(Secret, await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ends_is_a_failure()
    {
        await using var camera = new HttpCamera(Picture(77), pictures: 3);
        await using var worker = RunningWorker.StartAndOpen(camera.Source);

        Assert.Equal(CaptureFailureCode.ReadFailed, (await worker.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_given_up()
    {
        await using var camera = new HttpCamera(Picture(77), pictures: 3, thenSilent: true);
        await using var worker = RunningWorker.StartAndOpen(camera.Source, request => request with { ReadTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(CaptureFailureCode.ReadFailed, (await worker.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_camera_that_the_network_loses_for_a_while_comes_back_in_the_same_use()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<CameraEvents>().AddMetrics();
        builder.AddCameras();
        builder.AddCapture();
        builder.AddQuality();
        using var host = builder.Build();
        var first = new HttpCamera(Picture(77), pictures: int.MaxValue);
        var address = first.Source;
        Assert.True(CameraSource.TryParse(address, out var source));
        var capture = host.Services.GetRequiredService<ICameraCaptureFactory>().Create(new Camera("gate", "gate", source, null, null, null, [], [], Discovered: false));
        try
        {
            await using (first)
            {
                await capture.OpenAsync(Cancel);
            }

            await Eventually.TrueAsync(() => capture.Status.Failures > 0, TimeSpan.FromSeconds(60), "it cannot be reached");
            var again = Picture(78);
            await using var back = new HttpCamera(again, pictures: int.MaxValue, port: new Uri(address).Port);

            await Eventually.TrueAsync(() => capture.Status is { Reopenings: 1, Failures: 0 }, TimeSpan.FromSeconds(60), "it is back");
            Assert.Equal(again, capture.Frames.Latest!.Jpeg);
            Assert.False(capture.Lost.IsCompleted);
        }
        finally
        {
            Assert.IsType<CloseOutcome.Free>(await capture.CloseAsync());
        }
    }

    [Fact]
    public async Task A_stream_that_refuses_the_password_says_no_more_than_that()
    {
        await using var camera = new HttpCamera(Picture(77), pictures: 3);
        await using var worker = RunningWorker.StartAndOpen(camera.Source.Replace(Secret, "wrong-" + Secret, StringComparison.Ordinal));

        var failure = await worker.FailureAsync();

        Assert.Equal(CaptureFailureCode.OpenFailed, failure.Code);
        Assert.DoesNotContain(Secret, failure.Message + await worker.LogToTheEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ffmpeg_ends_with_its_worker_and_shows_no_password()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It is read from /proc.");
        Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "ffmpeg is not installed.");
        using var camera = new TcpListener(IPAddress.Loopback, 0);
        camera.Start();
        await using var worker = RunningWorker.StartAndOpen($"rtsp://admin:{Secret}@127.0.0.1:{((IPEndPoint)camera.LocalEndpoint).Port}/stream");
        using var caller = await camera.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(RunningWorker.Patience, Cancel);
        var id = await ReaderOfAsync(worker.Id);
        var identity = ProcessIdentity.Of(id)!.Value;
        Assert.DoesNotContain(Secret, await File.ReadAllTextAsync($"/proc/{id}/cmdline", Cancel) + await File.ReadAllTextAsync($"/proc/{id}/environ", Cancel), StringComparison.Ordinal);

        worker.CloseInput();
        await worker.ExitAsync();

        await Eventually.TrueAsync(() => !identity.IsAlive, TimeSpan.FromSeconds(1), "the program that reads the stream is gone");
    }

    [Fact]
    public void Pictures_are_found_wherever_a_stream_is_cut()
    {
        var first = Picture(20);
        var second = Picture(200);
        byte[] stream = [.. "--frame\r\n"u8, .. first, .. "\r\n--frame\r\n"u8, .. second, 0xFF, 0xD8];
        foreach (var size in new[] { 1, 3, 7, 100_000 })
        {
            var reader = new PictureReader(new Dripping(stream, size));
            Assert.Equal(first, Read(reader));
            Assert.Equal(second, Read(reader));
            Assert.Empty(Read(reader));
        }

        static byte[] Read(PictureReader reader) => reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult().ToArray();
    }

    /// <summary>Waits for the program that reads the stream; before it, the same program is asked for its version.</summary>
    private static async Task<int> ReaderOfAsync(int process)
    {
        int? reader = null;
        await Eventually.TrueAsync(() => (reader = Processes.ChildrenOf(process).FirstOrDefault(IsReader)) > 0, RunningWorker.Patience, "the stream is read");
        return reader!.Value;

        static bool IsReader(int child)
        {
            try
            {
                return File.ReadAllText($"/proc/{child}/cmdline").Contains("\0-i\0", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // the process has already ended
            }
        }
    }

    private static byte[] Picture(int grey)
    {
        using var picture = new Mat(48, 64, MatType.CV_8UC3, Scalar.All(grey));
        return picture.ImEncode(".jpg");
    }

    private sealed class Dripping(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }

    /// <summary>A camera that asks for a password and then sends one picture over and over.</summary>
    private sealed class HttpCamera : IAsyncDisposable
    {
        private readonly TcpListener _listener;
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public HttpCamera(byte[] picture, int pictures, bool thenSilent = false, int port = 0)
        {
            _listener = new(IPAddress.Loopback, port);
            _listener.Start();
            _serving = ServeAsync(picture, pictures, thenSilent);
        }

        public string Source => $"http://admin:{Secret}@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/stream";

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Dispose();
            await _serving;
            _end.Dispose();
        }

        private async Task ServeAsync(byte[] picture, int pictures, bool thenSilent)
        {
            try
            {
                while (true)
                {
                    using var caller = await _listener.AcceptTcpClientAsync(_end.Token);
                    await AnswerAsync(caller.GetStream(), picture, pictures, thenSilent);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The test is over, or the worker is gone.
            }
        }

        private async Task AnswerAsync(NetworkStream stream, byte[] picture, int pictures, bool thenSilent)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var allowed = false;
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
            {
                allowed |= line == "Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("admin:" + Secret));
            }

            if (!allowed)
            {
                await stream.WriteAsync("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"c\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _end.Token);
                return;
            }

            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\nConnection: close\r\n\r\n"u8.ToArray(), _end.Token);
            for (var i = 0; i < pictures; i++)
            {
                await stream.WriteAsync("--frame\r\nContent-Type: image/jpeg\r\n\r\n"u8.ToArray(), _end.Token);
                await stream.WriteAsync(picture, _end.Token);
                await stream.WriteAsync("\r\n"u8.ToArray(), _end.Token);
                await Task.Delay(20, Cancel);
            }

            if (thenSilent)
            {
                await Task.Delay(Timeout.Infinite, _end.Token);
            }
        }
    }
}

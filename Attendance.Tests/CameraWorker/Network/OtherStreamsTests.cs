using System.Text;
using Xunit;

namespace Attendance.Tests.CameraWorker.Network;

/// <summary>Tests HTTP streams that are no JPEGs: films and playlists, which ffmpeg reads through the relay.</summary>
public sealed class OtherStreamsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public OtherStreamsTests() => FakeRtspCamera.SkipWithoutFfmpeg();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, 86400)]
    [InlineData(86400, 0)]
    public async Task A_jump_of_the_clock_is_neither_waited_out_nor_filled(int firstOffset, int secondOffset)
    {
        var before = await FilmAsync("before.ts", firstOffset);
        var after = await FilmAsync("after.ts", secondOffset);
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n");
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            foreach (var piece in before.Chunk(before.Length / 40).Concat(after.Chunk(after.Length / 40)))
            {
                await call.WriteAsync(piece);
                await pace.WaitForNextTickAsync(call.End);
            }

            await call.HangAsync();
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url(), request => request with { ReadTimeout = TimeSpan.FromSeconds(3) });
        Assert.Equal("ffmpeg", (await worker.OpenedAsync()).Backend);

        var frames = 0L;
        while (await worker.NextAsync() is { Kind: CaptureRecord.Frame } frame)
        {
            frames = frame.Header.Sequence;
        }

        Assert.InRange(frames, 25, 80); // twice 40, less what came at once
    }

    [Fact]
    public async Task A_film_is_shown_and_the_camera_is_asked_once()
    {
        var film = await FilmAsync("film.mkv");
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: video/x-matroska\r\nContent-Length: {film.Length}\r\n\r\n");
            await call.WriteAsync(film);
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url("film?token=s3cret"));

        await worker.OpenedAsync();

        Assert.Equal(["GET /film?token=s3cret HTTP/1.1"], camera.Asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_pieces_of_a_playlist_are_asked_of_the_camera_itself(bool isSecure)
    {
        var film = await FilmAsync("film.ts");
        var port = 0;
        await using var camera = new FakeHttpCamera(
            async call =>
            {
                var body = call.Path.StartsWith("/piece", StringComparison.Ordinal) ? film : Playlist(isSecure ? $"https://127.0.0.1:{port}/piece.ts" : "/piece.ts");
                var type = call.Path.StartsWith("/piece", StringComparison.Ordinal) ? "video/mp2t" : "application/vnd.apple.mpegurl";
                await call.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n");
                await call.WriteAsync(body);
            },
            isSecure);
        port = camera.Port;
        await using var worker = RunningWorker.StartAndOpen(camera.Url("list.m3u8"), request => request with { Certificate = isSecure ? "any" : null });

        await worker.OpenedAsync();
    }

    [Fact]
    public async Task A_playlist_makes_nobody_ask_another_host()
    {
        var film = await FilmAsync("film.ts");
        await using var other = new FakeHttpCamera(call => call.WriteAsync(film));
        foreach (var address in new[] { other.Url("piece.ts"), $"tcp://127.0.0.1:{other.Port}", "file:///etc/passwd", $"crypto+http://127.0.0.1:{other.Port}/piece.ts" })
        {
            await using var camera = new FakeHttpCamera(async call =>
            {
                await call.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nContent-Length: {Playlist(address).Length}\r\n\r\n");
                await call.WriteAsync(Playlist(address));
            });
            await using var worker = RunningWorker.StartAndOpen(camera.Url("list.m3u8"), request => request with { OpenTimeout = TimeSpan.FromSeconds(5) });

            await worker.FailureAsync();
        }

        Assert.Empty(other.Asked);
    }

    [Fact]
    public async Task A_page_is_named_as_what_it_is()
    {
        await using var camera = new FakeHttpCamera(call => call.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<html>login</html>"));
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Contains("'text/html'", (await worker.FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_picture_is_named_as_what_it_is()
    {
        await using var camera = new FakeHttpCamera(async call =>
        {
            await call.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n");
            await call.WriteAsync(TestJpegs.Get(0));
        });
        await using var worker = RunningWorker.StartAndOpen(camera.Url());

        Assert.Contains("a single picture, not to a stream", (await worker.FailureAsync()).Message, StringComparison.Ordinal);
    }

    private static byte[] Playlist(string piece) => Encoding.ASCII.GetBytes($"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{piece}\n#EXT-X-ENDLIST\n");

    /// <summary>Makes a film of two seconds with 20 frames each.</summary>
    private async Task<byte[]> FilmAsync(string name, int offset = 0)
    {
        var path = Path.Combine(_folder.FullName, name);
        var (code, output) = await RunningWorker.RunAsync(
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=160x120:r=20:d=2", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-bf", "0",
            "-pix_fmt", "yuv420p", "-output_ts_offset", $"{offset}", path);
        Assert.True(code == 0, output);
        return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
    }
}

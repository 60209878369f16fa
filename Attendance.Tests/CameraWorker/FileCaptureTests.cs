using System.Diagnostics;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class FileCaptureTests : IDisposable
{
    private const int Frames = 8;
    private const double FrameRate = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("attendance-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_film_starts_over_at_its_end_and_keeps_its_pace()
    {
        var film = Path.Combine(_folder, "film.avi");
        TestFilm.Write(film, 160, 120, FrameRate, Frames, i => Scalar.All(20 + 25 * i));
        await PlaysTwiceAndMoreAsync(film, FrameRate);
    }

    [Fact]
    public async Task H264_in_mp4_plays_as_well()
    {
        var film = Path.Combine(_folder, "film.mp4");
        Assert.SkipUnless(HasFfmpeg(), "ffmpeg is not installed.");
        var (code, output) = await RunningWorker.RunAsync(
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", $"testsrc=size=160x120:rate={FrameRate}", "-frames:v", $"{Frames}",
            "-c:v", "libx264", "-pix_fmt", "yuv420p", film);
        Assert.SkipUnless(code == 0, "ffmpeg has no H.264 encoder: " + output);

        await PlaysTwiceAndMoreAsync(film, FrameRate);
    }

    [Fact]
    public async Task A_file_that_is_no_film_does_not_open()
    {
        var text = Path.Combine(_folder, "film.txt");
        await File.WriteAllTextAsync(text, "not a film", TestContext.Current.CancellationToken);
        await using var worker = RunningWorker.StartAndOpen("file:" + text);

        Assert.Equal(CaptureFailureCode.OpenFailed, (await worker.FailureAsync()).Code);
    }

    private static async Task PlaysTwiceAndMoreAsync(string film, double frameRate)
    {
        await using var worker = RunningWorker.StartAndOpen("file:" + film);
        var opened = await worker.OpenedAsync();
        Assert.Equal((160, 120, frameRate), (opened.Width, opened.Height, opened.FrameRate));

        var first = (await worker.FrameAsync()).Header;
        var last = first;
        for (var i = 1; i < Frames * 3; i++)
        {
            var frame = await worker.FrameAsync();
            Assert.True(frame.Header.Sequence > last.Sequence);
            using var picture = Cv2.ImDecode(frame.Jpeg, ImreadModes.Color);
            Assert.Equal(160, picture.Width);
            last = frame.Header;
        }

        var pace = (last.Sequence - first.Sequence) / Stopwatch.GetElapsedTime(first.Timestamp, last.Timestamp).TotalSeconds;
        Assert.InRange(pace, frameRate * 0.5, frameRate * 1.2);
    }

    private static bool HasFfmpeg() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));
}

using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Quality;
using Attendance.Tests.CameraWorker;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

/// <summary>Tests the quality that real workers report for films that are known to be good or bad.</summary>
public sealed class DeliveredQualityTests : IDisposable
{
    private const double FrameRate = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("attendance-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_film_in_focus_is_rated_better_than_the_same_out_of_focus()
    {
        var sharp = await MeasureAsync("sharp.avi");
        var blurred = await MeasureAsync("blurred.avi", blur: 4);

        Assert.Equal((320, 240), (sharp.Width, sharp.Height));
        Assert.InRange(sharp.FrameRate, FrameRate * 0.5, FrameRate * 1.2);
        Assert.True(sharp.Sharpness > 5 * blurred.Sharpness, $"{sharp.Sharpness} and {blurred.Sharpness}");
        Assert.True(Rate(sharp) > Rate(blurred) + 5, $"{Rate(sharp)} and {Rate(blurred)}");
    }

    [Fact]
    public async Task A_film_full_of_noise_is_not_taken_for_a_sharp_one()
    {
        var clean = await MeasureAsync("clean.avi", blur: 4);
        var noisy = await MeasureAsync("noisy.avi", blur: 4, noise: 8);

        Assert.True(noisy.Sharpness > clean.Sharpness);
        Assert.InRange(noisy.Noise!.Value, 3, 12); // JPEG takes some of it away
        Assert.InRange(clean.Noise!.Value, 0, 2);
        Assert.True(Rate(noisy) < Rate(clean), $"{Rate(noisy)} and {Rate(clean)}");
    }

    private static double Rate(QualityMeasurement measured) => CameraRating.Of(measured, 0, new RatingWeights()).Rating;

    private async Task<QualityMeasurement> MeasureAsync(string name, double blur = 0, double noise = 0)
    {
        var film = Path.Combine(_folder, name);
        TestFilm.WriteScene(film, 320, 240, FrameRate, frames: 10, blur, noise);
        await using var worker = RunningWorker.StartAndOpen("file:" + film);
        await worker.OpenedAsync();
        var meter = new QualityMeter();
        for (var i = 0; i < 25; i++)
        {
            meter.Add((await worker.FrameAsync()).Header);
        }

        return meter.Read(DateTimeOffset.UnixEpoch)!;
    }
}

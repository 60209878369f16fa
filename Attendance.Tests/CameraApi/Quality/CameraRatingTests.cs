using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Quality;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.CameraApi.Quality;

public sealed class CameraRatingTests
{
    private static readonly QualityMeasurement s_good = new(DateTimeOffset.UnixEpoch, 1920, 1080, 30, 1000, 127, 0, 0.5);

    [Fact]
    public void The_best_there_is_has_a_hundred_and_the_worst_nothing_to_speak_of()
    {
        Assert.Equal(100, Rate(s_good));
        Assert.InRange(Rate(new(DateTimeOffset.UnixEpoch, 160, 120, 0, 0, 0, 1, 50), failures: 100), 0, 1);
    }

    [Fact]
    public void A_camera_of_which_nothing_is_known_is_in_the_middle_and_says_so()
    {
        var rating = CameraRating.Of(null, 0, new RatingWeights());

        Assert.Equal(55, rating.Rating);
        Assert.Null(rating.MeasuredAt);
        Assert.All(rating.Parts.Where(part => part.Name != "reliability"), part => Assert.Equal((CameraRating.Neutral, null), (part.Score, part.Value)));
        Assert.InRange(rating.Rating, Rate(s_good with { Width = 160, Height = 120, Sharpness = 5, FrameRate = 5 }), Rate(s_good));
    }

    [Fact]
    public void Every_part_names_the_value_that_it_comes_from() => Assert.Equal(
        [("resolution", 2073600), ("frame_rate", 30), ("sharpness", 992.5), ("exposure", 127), ("clipping", 0), ("noise", 0.5), ("reliability", 2)],
        CameraRating.Of(s_good, 2, new RatingWeights()).Parts.Select(part => (part.Name, part.Value!.Value)));

    [Fact]
    public void Noise_is_not_taken_for_sharpness()
    {
        var part = CameraRating.Of(s_good with { Sharpness = 3050, Noise = 10 }, 0, new RatingWeights()).Parts.Single(part => part.Name == "sharpness");

        Assert.Equal(50, part.Value);
    }

    [Fact]
    public void Weights_decide_what_counts()
    {
        var sharpOnly = new RatingWeights { Resolution = 0, FrameRate = 0, Exposure = 0, Clipping = 0, Noise = 0, Reliability = 0 };

        Assert.Equal(50, CameraRating.Of(new(DateTimeOffset.UnixEpoch, 160, 120, 1, 100, 0, 1, 0), 50, sharpOnly).Rating);
    }

    [Fact]
    public void Whatever_is_measured_the_rating_and_its_parts_keep_to_their_bounds() => Holds(Measurements(), measured =>
    {
        var rating = CameraRating.Of(measured.Measured, measured.Failures, new RatingWeights());
        Assert.InRange(rating.Rating, 0, 100);
        Assert.All(rating.Parts, part => Assert.InRange(part.Score, 0, 1));
    });

    [Fact]
    public void Whatever_gets_better_the_rating_does_not_get_worse() => Holds(Measurements(), one =>
    {
        var (measured, failures) = one;
        var rating = Rate(measured, failures);
        Assert.True(Rate(measured with { Width = measured.Width * 2 }, failures) >= rating);
        Assert.True(Rate(measured with { FrameRate = measured.FrameRate + 5 }, failures) >= rating);
        Assert.True(Rate(measured with { Sharpness = measured.Sharpness * 2 }, failures) >= rating);
        Assert.True(Rate(measured with { Brightness = (measured.Brightness + 127.5) / 2 }, failures) >= rating);
        Assert.True(Rate(measured with { Clipped = measured.Clipped / 2 }, failures) >= rating);
        Assert.True(Rate(measured with { Noise = measured.Noise / 2 }, failures) >= rating);
        Assert.True(Rate(measured, failures / 2) >= rating);
    });

    private static double Rate(QualityMeasurement measured, int failures = 0) => CameraRating.Of(measured, failures, new RatingWeights()).Rating;

    private static Gen<(QualityMeasurement Measured, int Failures)> Measurements() =>
        from width in Gen.Choose(1, 16384)
        from height in Gen.Choose(1, 16384)
        from rate in Gen.Choose(0, 12000)
        from sharpness in Gen.Choose(0, 60000)
        from brightness in Gen.Choose(0, 255)
        from clipped in Gen.Choose(0, 1000)
        from noise in Gen.Choose(0, 500)
        from failures in Gen.Choose(0, 100)
        select (new QualityMeasurement(DateTimeOffset.UnixEpoch, width, height, rate / 100.0, sharpness / 10.0, brightness, clipped / 1000.0, noise / 10.0), failures);

    private static void Holds<T>(Gen<T> any, Action<T> claim) =>
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000), Prop.ForAll(any.ToArbitrary(), claim));
}

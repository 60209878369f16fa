using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Quality;

/// <summary>How well a camera does, by what it delivers: the weighted mean of its parts.</summary>
/// <param name="Rating">0 to 100.</param>
/// <param name="MeasuredAt">Null where it was never measured; its parts are neutral then, so that it neither always wins nor never.</param>
internal sealed record CameraRating(double Rating, DateTime? MeasuredAt, IReadOnlyList<RatingPart> Parts)
{
    /// <summary>The score of what is not known.</summary>
    public const double Neutral = 0.5;

    /// <summary>The Laplacian of four neighbours gives noise 4·4 + 4·1 times its variance; half as much again for what compression makes of it.</summary>
    private const double LaplacianOfNoise = 30;

    public static CameraRating Of(QualityMeasurement? measured, int failures, RatingWeights weights)
    {
        // A noisy picture is not a sharp one, though its neighbouring pixels differ as much.
        var detail = measured?.Sharpness is { } sharpness ? Math.Max(0, sharpness - LaplacianOfNoise * Squared(measured.Noise ?? 0)) : default(double?);
        RatingPart[] parts =
        [
            Part("resolution", weights.Resolution, (double?)measured?.Width * measured?.Height, "pixel", pixels => Logarithmic(pixels, 160 * 120, 1920 * 1080)),
            Part("frame_rate", weights.FrameRate, measured?.FrameRate, "frame/s", rate => rate / 30),
            Part("sharpness", weights.Sharpness, detail, "variance of the Laplacian", variance => Logarithmic(variance, 10, 1000)),
            Part("exposure", weights.Exposure, measured?.Brightness, "mean of 0 to 255", mean => 1 - Math.Max(0, Math.Abs(mean - 127.5) - 32) / 95.5),
            Part("clipping", weights.Clipping, measured?.Clipped, "share", share => 1 - 2 * share),
            Part("noise", weights.Noise, measured?.Noise, "standard deviation of 0 to 255", sigma => 1 - (sigma - 1) / 14),
            Part("reliability", weights.Reliability, failures, "failures in a day", count => 1 / (1 + count / 3)),
        ];
        var rating = parts.Sum(part => part.Weight * part.Score) / weights.Sum;
        return new(Math.Round(100 * rating, 1), measured?.At.UtcDateTime, parts);
    }

    /// <param name="score">Of the value; what lies outside 0 to 1 is no better or worse than these.</param>
    private static RatingPart Part(string name, double weight, double? value, string unit, Func<double, double> score) => new(
        name, value is { } known ? Math.Round(Math.Clamp(score(known), 0, 1), 3) : Neutral, weight, value is { } shown ? Math.Round(shown, 3) : null, unit);

    /// <summary>Each doubling is worth the same, from nothing at <paramref name="least"/> to all at <paramref name="most"/>.</summary>
    private static double Logarithmic(double value, double least, double most) => Math.Log(Math.Max(value, least) / least) / Math.Log(most / least);

    private static double Squared(double value) => value * value;
}

/// <param name="Score">0 to 1.</param>
/// <param name="Weight">What it counts, compared with the other parts.</param>
/// <param name="Value">What the score comes from; null where it is not known and the score is neutral.</param>
internal sealed record RatingPart(string Name, double Score, double Weight, double? Value, string Unit);

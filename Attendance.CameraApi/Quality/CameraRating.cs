using Attendance.CameraApi.Capture;

namespace Attendance.CameraApi.Quality;

/// <summary>Rates a camera by what it delivers. The rating is the weighted mean of its parts.</summary>
/// <param name="Rating">The rating, 0 to 100.</param>
/// <param name="MeasuredAt">When the camera was measured, or null if it never was. Its parts are then neutral, so that it neither always
/// nor never wins.</param>
internal sealed record CameraRating(double Rating, DateTime? MeasuredAt, IReadOnlyList<RatingPart> Parts)
{
    /// <summary>The score of a value that is not known.</summary>
    public const double Neutral = 0.5;

    /// <summary>
    /// The factor by which noise variance raises the variance of the Laplacian: 4·4 + 4·1 for four neighbours, and half as
    /// much again for the effect of compression.
    /// </summary>
    private const double LaplacianOfNoise = 30;

    public static CameraRating Of(QualityMeasurement? measured, int failures, RatingWeights weights)
    {
        // A noisy picture is not sharp, although its neighbouring pixels differ as much.
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

    /// <param name="score">Computes the score of the value. A result outside 0 to 1 counts as the nearer of the two.</param>
    private static RatingPart Part(string name, double weight, double? value, string unit, Func<double, double> score) => new(
        name, value is { } known ? Math.Round(Math.Clamp(score(known), 0, 1), 3) : Neutral, weight, value is { } shown ? Math.Round(shown, 3) : null, unit);

    /// <summary>Returns a score in which each doubling counts the same, from 0 at <paramref name="least"/> to 1 at <paramref name="most"/>.</summary>
    private static double Logarithmic(double value, double least, double most) => Math.Log(Math.Max(value, least) / least) / Math.Log(most / least);

    private static double Squared(double value) => value * value;
}

/// <param name="Score">The score, 0 to 1.</param>
/// <param name="Weight">How much the part counts, compared with the others.</param>
/// <param name="Value">The value from which the score is computed, or null if it is not known and the score is neutral.</param>
internal sealed record RatingPart(string Name, double Score, double Weight, double? Value, string Unit);

using System.Diagnostics;

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// Measures how noisy a picture is, after J. Immerkær, "Fast Noise Variance Estimation", Computer Vision and Image Understanding 64 (1996).
/// The difference of two Laplacians does not respond to plain surfaces and slopes, and it amplifies noise six times. The paper takes the
/// mean of it; this class takes the median, because edges do not shift the median as long as they are less than half of the picture.
/// </summary>
internal sealed class PictureNoise
{
    private const int LargestResponse = 8 * 255;

    /// <summary>Half of all normally distributed values lie within this many standard deviations of the mean.</summary>
    private const double MedianOfNormal = 0.6745;
    private const double Amplification = 6;

    private static readonly TimeSpan s_betweenMeasurements = TimeSpan.FromSeconds(1);

    private readonly int[] _responses = new int[LargestResponse + 1];
    private long _measured;

    /// <summary>Measures at most once a second, because a camera's noise does not change from frame to frame.</summary>
    /// <returns>The noise, or NaN if this picture was not measured.</returns>
    public float MeasureNowAndThen(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        var now = Stopwatch.GetTimestamp();
        if (_measured != 0 && Stopwatch.GetElapsedTime(_measured, now) < s_betweenMeasurements)
        {
            return float.NaN;
        }

        _measured = now;
        return Measure(pixels, width, height, channels);
    }

    /// <returns>The standard deviation of the noise, in steps of brightness, or NaN if no point of the picture can show noise.</returns>
    public float Measure(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        Array.Clear(_responses);
        var row = width * channels;
        var step = PictureQuality.StepOf(width);
        var count = 0;
        for (var y = 1; y < height - 1; y += step)
        {
            for (var x = 1; x < width - 1; x += step)
            {
                var at = y * row + x * channels;
                if (!PictureQuality.IsClipped(PictureQuality.Luma(pixels, at, channels))) // noise is cut off at clipped points
                {
                    var response = Row(pixels, at - row, channels) - 2 * Row(pixels, at, channels) + Row(pixels, at + row, channels);
                    _responses[Math.Abs(response)]++;
                    count++;
                }
            }
        }

        return count == 0 ? float.NaN : (float)(Median(count) / MedianOfNormal / Amplification);
    }

    private double Median(int count)
    {
        var (below, median) = (0, 0);
        while (2 * (below + _responses[median]) < count)
        {
            below += _responses[median++];
        }

        // Responses are whole numbers. Interpolate by how far the middle lies among the points that have this response.
        return median == 0 ? 0 : median - 0.5 + (count / 2.0 - below) / _responses[median];
    }

    private static int Row(ReadOnlySpan<byte> pixels, int at, int channels) =>
        PictureQuality.Luma(pixels, at - channels, channels) - 2 * PictureQuality.Luma(pixels, at, channels) + PictureQuality.Luma(pixels, at + channels, channels);
}

namespace Attendance.CameraWorker.Pictures;

/// <summary>
/// The sharpness and brightness of a picture, measured on a sample of its points so that the cost hardly depends on its size.
/// </summary>
/// <param name="Sharpness">
/// Variance of the Laplacian of the brightness. It is taken between neighbouring pixels, so it is comparable only at the same frame size.
/// </param>
/// <param name="Clipped">Share of the points that are as dark or as bright as possible, or nearly so. Their detail is lost.</param>
internal readonly record struct PictureQuality(float Sharpness, float Brightness, float Clipped)
{
    private const int SampledColumns = 160;
    private const int Black = 2, White = 253;

    public static readonly PictureQuality Unknown = new(float.NaN, float.NaN, float.NaN);

    /// <summary>The noise, which is measured only now and then; otherwise NaN. See <see cref="PictureNoise"/>.</summary>
    public float Noise { get; init; } = float.NaN;

    /// <param name="pixels">Rows with <paramref name="channels"/> bytes per pixel: 1 for grey, 3 for blue-green-red or red-green-blue.</param>
    public static PictureQuality Measure(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (width < 3 || height < 3)
        {
            return Unknown;
        }

        var row = width * channels;
        var step = StepOf(width);
        double sum = 0, sumOfSquares = 0, brightness = 0;
        int count = 0, clipped = 0;
        for (var y = 1; y < height - 1; y += step)
        {
            for (var x = 1; x < width - 1; x += step)
            {
                var at = y * row + x * channels;
                var centre = Luma(pixels, at, channels);
                var laplacian = Luma(pixels, at - row, channels) + Luma(pixels, at + row, channels) +
                    Luma(pixels, at - channels, channels) + Luma(pixels, at + channels, channels) - 4 * centre;
                sum += laplacian;
                sumOfSquares += (double)laplacian * laplacian;
                brightness += centre;
                clipped += IsClipped(centre) ? 1 : 0;
                count++;
            }
        }

        var mean = sum / count;
        return new((float)(sumOfSquares / count - mean * mean), (float)(brightness / count), (float)clipped / count);
    }

    public static int StepOf(int width) => Math.Max(1, width / SampledColumns);

    public static bool IsClipped(int luma) => luma is <= Black or >= White;

    // Red and blue have the same weight, so the order of the channels does not matter.
    public static int Luma(ReadOnlySpan<byte> pixels, int at, int channels) =>
        channels == 1 ? pixels[at] : (pixels[at] + 2 * pixels[at + 1] + pixels[at + 2]) >> 2;
}

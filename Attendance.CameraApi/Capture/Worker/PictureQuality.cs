namespace Attendance.CameraApi.Capture.Worker;

/// <summary>How sharp and how bright a picture is, told from a sample of its points, which costs the same whatever its size.</summary>
/// <param name="Sharpness">Variance of the Laplacian of the brightness, taken between neighbouring pixels, so comparable at one frame size.</param>
internal readonly record struct PictureQuality(float Sharpness, float Brightness)
{
    private const int SampledColumns = 160;

    public static readonly PictureQuality Unknown = new(float.NaN, float.NaN);

    /// <param name="pixels">Rows of <paramref name="channels"/> bytes a pixel: 1 for grey, 3 for blue-green-red or the reverse.</param>
    public static PictureQuality Measure(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (width < 3 || height < 3)
        {
            return Unknown;
        }

        var row = width * channels;
        var step = Math.Max(1, width / SampledColumns);
        double sum = 0, sumOfSquares = 0, brightness = 0;
        var count = 0;
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
                count++;
            }
        }

        var mean = sum / count;
        return new((float)(sumOfSquares / count - mean * mean), (float)(brightness / count));
    }

    // Red and blue count alike here, so that the order of the channels does not matter.
    private static int Luma(ReadOnlySpan<byte> pixels, int at, int channels) =>
        channels == 1 ? pixels[at] : (pixels[at] + 2 * pixels[at + 1] + pixels[at + 2]) >> 2;
}

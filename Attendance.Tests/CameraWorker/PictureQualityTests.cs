using Attendance.CameraWorker.Pictures;
using Xunit;

namespace Attendance.Tests.CameraWorker;

public sealed class PictureQualityTests
{
    private const int Width = 640, Height = 480;

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(15)]
    public void Noise_is_estimated_as_large_as_it_is(double sigma) =>
        Assert.InRange(Noise(Picture((_, _) => 128, sigma)), sigma * 0.85, sigma * 1.15);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(15)]
    public void Edges_do_not_pass_for_noise(double sigma) =>
        Assert.InRange(Noise(Picture((x, y) => (x / 16 + y / 16) % 2 == 0 ? 70 : 180, sigma)), sigma * 0.8, sigma * 1.4);

    [Fact]
    public void A_slope_has_no_noise() => Assert.InRange(Noise(Picture((x, y) => 20 + x / 4 + y / 8, sigma: 0)), 0, 0.3);

    [Fact]
    public void In_a_picture_that_is_all_black_noise_cannot_be_told() => Assert.True(float.IsNaN(Noise(Picture((_, _) => 0, sigma: 0))));

    [Fact]
    public void What_is_black_or_white_without_shades_is_clipped()
    {
        var picture = Picture((x, _) => x < Width / 4 ? 0 : x < Width / 2 ? 255 : 128, sigma: 0);

        Assert.Equal(0.5f, PictureQuality.Measure(picture, Width, Height, 1).Clipped, 0.02f);
    }

    [Fact]
    public void A_blurred_picture_is_less_sharp()
    {
        var sharp = PictureQuality.Measure(Picture((x, _) => x / 5 % 2 * 100 + 50, sigma: 0), Width, Height, 1);
        var blurred = PictureQuality.Measure(Picture((x, _) => 100 + 50 * Math.Sin(x * Math.PI / 5), sigma: 0), Width, Height, 1);

        Assert.True(sharp.Sharpness > 10 * blurred.Sharpness, $"{sharp.Sharpness} and {blurred.Sharpness}");
    }

    private static float Noise(byte[] picture) => new PictureNoise().Measure(picture, Width, Height, 1);

    private static byte[] Picture(Func<int, int, double> brightness, double sigma)
    {
        var random = new Random(17);
        var pixels = new byte[Width * Height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            pixels[i] = (byte)Math.Clamp(Math.Round(brightness(i % Width, i / Width) + sigma * normal), 0, 255);
        }

        return pixels;
    }
}

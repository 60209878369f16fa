using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraWorker;

/// <summary>Writes films for file cameras.</summary>
internal static class TestFilm
{
    /// <summary>Writes a film of plain pictures.</summary>
    /// <param name="colour">Returns the colour of the n-th picture.</param>
    public static void Write(string path, int width, int height, double frameRate, int frames, Func<int, Scalar> colour) =>
        Write(path, width, height, frameRate, frames, (picture, i) => picture.SetTo(colour(i)));

    /// <summary>A board with text on it, as a camera sees it that is out of focus, or short of light.</summary>
    /// <param name="blur">Standard deviation, in pixels; 0 is in focus.</param>
    /// <param name="noise">Standard deviation, in steps of brightness.</param>
    public static void WriteScene(string path, int width, int height, double frameRate, int frames, double blur = 0, double noise = 0) =>
        Write(path, width, height, frameRate, frames, (picture, i) =>
        {
            picture.SetTo(Scalar.All(140));
            for (var line = 1; line * 24 < height; line++)
            {
                Cv2.PutText(picture, $"Attendance {i % 10} {line} the quick brown fox", new Point(4, line * 24), HersheyFonts.HersheySimplex, 0.6, Scalar.All(60), 1);
            }

            if (blur > 0)
            {
                Cv2.GaussianBlur(picture, picture, new Size(0, 0), blur);
            }

            if (noise > 0)
            {
                using var grain = new Mat(height, width, MatType.CV_16SC1);
                using var bright = new Mat();
                using var grey = new Mat();
                Cv2.Randn(grain, Scalar.All(0), Scalar.All(noise));
                Cv2.CvtColor(picture, grey, ColorConversionCodes.BGR2GRAY);
                grey.ConvertTo(bright, MatType.CV_16SC1);
                Cv2.Add(bright, grain, bright);
                bright.ConvertTo(grey, MatType.CV_8UC1);
                Cv2.CvtColor(grey, picture, ColorConversionCodes.GRAY2BGR);
            }
        });

    private static void Write(string path, int width, int height, double frameRate, int frames, Action<Mat, int> draw)
    {
        using var writer = new VideoWriter(path, FourCC.MJPG, frameRate, new Size(width, height));
        Assert.True(writer.IsOpened());
        for (var i = 0; i < frames; i++)
        {
            using var picture = new Mat(height, width, MatType.CV_8UC3);
            draw(picture, i);
            writer.Write(picture);
        }
    }
}

using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.CameraApi.Capture;

/// <summary>A film of plain pictures, for cameras that are files.</summary>
internal static class TestFilm
{
    /// <param name="colour">Of the n-th picture.</param>
    public static void Write(string path, int width, int height, double frameRate, int frames, Func<int, Scalar> colour)
    {
        using var writer = new VideoWriter(path, FourCC.MJPG, frameRate, new Size(width, height));
        Assert.True(writer.IsOpened());
        for (var i = 0; i < frames; i++)
        {
            using var picture = new Mat(height, width, MatType.CV_8UC3, colour(i));
            writer.Write(picture);
        }
    }
}

using OpenCvSharp;

namespace Attendance.Benchmarks.FirstFrame;

/// <summary>A film in a temporary folder, which is deleted with this object. Its pictures have edges and noise like a camera's.</summary>
internal sealed class Film : IDisposable
{
    private const double FrameRate = 30;
    private const int Frames = 30;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-benchmarks-");

    public Film(int width, int height)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "film.avi");
        using var writer = new VideoWriter(Path, FourCC.MJPG, FrameRate, new Size(width, height));
        if (!writer.IsOpened())
        {
            throw new InvalidOperationException("OpenCV writes no film here.");
        }

        for (var frame = 0; frame < Frames; frame++)
        {
            using var picture = Picture(width, height, frame);
            writer.Write(picture);
        }
    }

    public string Path { get; }

    public static Mat Picture(int width, int height, int frame)
    {
        using var noise = new Mat(height, width, MatType.CV_8UC3);
        Cv2.Randn(noise, Scalar.All(8), Scalar.All(6));
        using var flat = new Mat(height, width, MatType.CV_8UC3, new Scalar(96, 112, 128));
        for (var i = 0; i < 12; i++)
        {
            Cv2.Circle(flat, new Point((width * i / 12) + (frame * 4), height / 2), height / (3 + i), new Scalar(20 * i, 200 - (12 * i), 255 - (16 * i)), 4);
        }

        return flat + noise;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

using Attendance.Web.Faces.Quality;
using OpenCvSharp;

namespace Attendance.Web.Faces.Finding;

/// <summary>Measures a face in a picture.</summary>
internal static class FaceMeasures
{
    private const int FaceSide = 128;
    private const double FaceSquare = 2.2; // relative to the extent of the face

    public static FaceFigures Of(Mat picture, FacePoints face)
    {
        var (brightness, sharpness) = Look(picture, face);
        return new(
            Size: face.Extent / Math.Min(picture.Width, picture.Height),
            OffsetX: (face.Centre.X - picture.Width / 2d) / picture.Width,
            OffsetY: (face.Centre.Y - picture.Height / 2d) / picture.Height,
            face.Yaw,
            face.Pitch,
            brightness,
            sharpness);
    }

    /// <summary>Returns whether the face is so large that its sharpness is measured without enlarging it, which would blur it.</summary>
    public static bool ShowsSharpness(FacePoints face) => FaceSquare * face.Extent >= FaceSide;

    /// <summary>Measures the face at a fixed size, because sharpness depends on the size.</summary>
    private static (double Brightness, double Sharpness) Look(Mat picture, FacePoints face)
    {
        var half = FaceSquare * face.Extent / 2;
        var (left, top) = (Within(face.Centre.X - half, picture.Width - 1), Within(face.Centre.Y - half, picture.Height - 1));
        var (right, bottom) = (Within(face.Centre.X + half, picture.Width), Within(face.Centre.Y + half, picture.Height));

        // The face may be partly outside the picture, but at least one pixel is always measured.
        var square = new Rect(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top));

        using var part = new Mat(picture, square);
        using var luma = new Mat();
        Cv2.CvtColor(part, luma, ColorConversionCodes.BGR2GRAY);
        Cv2.Resize(luma, luma, new Size(FaceSide, FaceSide), 0, 0, InterpolationFlags.Area);
        using var edges = new Mat();
        Cv2.Laplacian(luma, edges, MatType.CV_16S, ksize: 1);
        using var interior = new Mat(edges, new Rect(1, 1, FaceSide - 2, FaceSide - 2));
        Cv2.MeanStdDev(interior, out _, out var deviation);
        return (Cv2.Mean(luma).Val0, deviation.Val0 * deviation.Val0);
    }

    private static int Within(double value, int most) => (int)Math.Clamp(Math.Round(value), 0, most);
}

using OpenCvSharp;

namespace Attendance.Tests.Faces.Report;

/// <summary>Makes frames of a picture that somebody holds before a camera, and frames out of other frames.</summary>
internal static class Prints
{
    private static readonly Scalar s_wall = new(178, 186, 176);

    /// <summary>A flat print or a screen that is turned about its upright axis.</summary>
    /// <param name="degrees">Positive: its left edge comes nearer.</param>
    public static byte[] Turned(byte[] jpeg, double degrees)
    {
        using var print = Cv2.ImDecode(jpeg, ImreadModes.Color);
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(degrees));
        var (halfWidth, halfHeight, distance) = (print.Width / 2d, print.Height / 2d, print.Width * 1.2);
        Point2f[] corners = [new(0, 0), new(print.Width, 0), new(print.Width, print.Height), new(0, print.Height)];
        using var transform = Cv2.GetPerspectiveTransform(corners, corners.Select(Seen));
        using var seen = new Mat();
        Cv2.WarpPerspective(print, seen, transform, print.Size(), InterpolationFlags.Linear, BorderTypes.Constant, s_wall);
        return Encoded(seen);

        Point2f Seen(Point2f corner)
        {
            var (x, y) = (corner.X - halfWidth, corner.Y - halfHeight);
            var nearer = distance / (distance - (x * -sin));
            return new((float)(halfWidth + (x * cos * nearer)), (float)(halfHeight + (y * nearer)));
        }
    }

    /// <summary>A print that is bent round like a head and then turned.</summary>
    /// <param name="radius">Of the bend, in parts of the picture's width. A head of the test pictures has about 0.2.</param>
    public static byte[] Bent(byte[] jpeg, double degrees, double radius)
    {
        using var print = Cv2.ImDecode(jpeg, ImreadModes.Color);
        var (turn, bend) = (double.DegreesToRadians(degrees), radius * print.Width);
        return Remapped(print, (x, y) =>
        {
            var across = (x - (print.Width / 2d)) / bend;
            return Math.Abs(across) >= 1 ? (-1, -1) : ((print.Width / 2d) + (bend * (Math.Asin(across) - turn)), y);
        });
    }

    /// <summary>A frame that is shifted and scaled, as a print is that somebody moves about.</summary>
    public static byte[] Moved(byte[] jpeg, double right, double down, double scale)
    {
        using var print = Cv2.ImDecode(jpeg, ImreadModes.Color);
        return Remapped(print, (x, y) =>
        (
            ((x - (print.Width * (0.5 + right))) / scale) + (print.Width / 2d),
            ((y - (print.Height * (0.5 + down))) / scale) + (print.Height / 2d)));
    }

    /// <summary>
    /// The same face with closed eyes, as far as a picture can be made to show it: what lies within the lids is squeezed to an eighth of its
    /// height.
    /// </summary>
    public static byte[] WithEyesShut(byte[] jpeg, IReadOnlyList<(float X, float Y)> eyes, float eyeDistance)
    {
        const double Squeeze = 8;
        using var face = Cv2.ImDecode(jpeg, ImreadModes.Color);
        return Remapped(face, (x, y) =>
        {
            foreach (var eye in eyes)
            {
                var (across, down) = ((x - eye.X) / (0.32 * eyeDistance), (y - eye.Y) / (0.28 * eyeDistance));
                var inside = 1 - (across * across) - (down * down);
                if (inside > 0)
                {
                    return (x, eye.Y + ((y - eye.Y) * (1 + ((Squeeze - 1) * Math.Min(1, inside * 1.5)))));
                }
            }

            return (x, y);
        });
    }

    private static byte[] Remapped(Mat picture, Func<double, double, (double X, double Y)> source)
    {
        using var xs = new Mat(picture.Size(), MatType.CV_32F);
        using var ys = new Mat(picture.Size(), MatType.CV_32F);
        var (width, height) = (picture.Width, picture.Height);
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var (x, y) = source(column, row);
                (xs.At<float>(row, column), ys.At<float>(row, column)) = ((float)x, (float)y);
            }
        }

        using var seen = new Mat();
        Cv2.Remap(picture, seen, xs, ys, InterpolationFlags.Linear, BorderTypes.Constant, s_wall);
        return Encoded(seen);
    }

    private static byte[] Encoded(Mat picture) => picture.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 92));
}

using System.Numerics;
using OpenCvSharp;

namespace Attendance.Web.Faces.Finding;

/// <summary>
/// Moves points from one picture to another by turning, scaling and shifting them: (x, y) becomes
/// (<paramref name="A"/>·x − <paramref name="B"/>·y, <paramref name="B"/>·x + <paramref name="A"/>·y) + <paramref name="Shift"/>.
/// </summary>
internal readonly record struct Similarity(float A, float B, Vector2 Shift)
{
    private const float SmoothBelow = 0.5f; // a picture that shrinks to less than this is averaged first

    public float Scale => MathF.Sqrt((A * A) + (B * B));

    /// <summary>Returns the one that moves a square around a point to a picture of the given side, without turning it.</summary>
    public static Similarity Centred(Vector2 middle, float width, int side)
    {
        var scale = side / width;
        return new(scale, 0, new Vector2(side / 2f) - (middle * scale));
    }

    /// <summary>Returns the one that moves each point nearest to its counterpart, by the sum of the squared distances.</summary>
    /// <exception cref="ArgumentException">The points are all in one place, or not as many as their counterparts.</exception>
    public static Similarity Between(ReadOnlySpan<Vector2> points, ReadOnlySpan<Vector2> counterparts)
    {
        var (from, to) = (MeanOf(points), MeanOf(counterparts));
        var (a, b, spread) = (0f, 0f, 0f);
        for (var i = 0; i < points.Length; i++)
        {
            var (p, q) = (points[i] - from, counterparts[i] - to);
            a += Vector2.Dot(p, q);
            b += (p.X * q.Y) - (p.Y * q.X);
            spread += p.LengthSquared();
        }

        if (points.Length != counterparts.Length || !(spread > 0))
        {
            throw new ArgumentException("Points that lie in one place, or without a counterpart each, say nothing.", nameof(points));
        }

        (a, b) = (a / spread, b / spread);
        return new(a, b, to - new Similarity(a, b, default).Apply(from));
    }

    public Vector2 Apply(Vector2 point) => new Vector2((A * point.X) - (B * point.Y), (B * point.X) + (A * point.Y)) + Shift;

    public Similarity Inverse()
    {
        var square = (A * A) + (B * B);
        var turnedBack = new Similarity(A / square, -B / square, default);
        return turnedBack with { Shift = -turnedBack.Apply(Shift) };
    }

    /// <summary>Cuts a square out of a picture. What lies outside the picture is black.</summary>
    public Mat Cut(Mat picture, int side)
    {
        var shrunk = Scale;
        if (!(shrunk < SmoothBelow))
        {
            return Warp(picture, this, side);
        }

        // Taking single pixels out of a much larger picture would make noise of its details, so it is averaged down first.
        using var smaller = new Mat();
        var size = new Size(Math.Max(1, (int)Math.Round(picture.Width * shrunk)), Math.Max(1, (int)Math.Round(picture.Height * shrunk)));
        Cv2.Resize(picture, smaller, size, 0, 0, InterpolationFlags.Area);
        var halfPixel = new Vector2((0.5f / shrunk) - 0.5f); // pixels are counted from the middle of the first one, which has moved
        return Warp(smaller, new(A / shrunk, B / shrunk, Apply(halfPixel)), side);
    }

    private static Mat Warp(Mat picture, Similarity similarity, int side)
    {
        var (a, b, shift) = similarity;
        using var matrix = Mat.FromArray(new double[,] { { a, -b, shift.X }, { b, a, shift.Y } });
        var cut = new Mat();
        Cv2.WarpAffine(picture, cut, matrix, new Size(side, side));
        return cut;
    }

    private static Vector2 MeanOf(ReadOnlySpan<Vector2> points)
    {
        var sum = Vector2.Zero;
        foreach (var point in points)
        {
            sum += point;
        }

        return sum / points.Length;
    }
}

using System.Numerics;
using Attendance.Web.Faces.Finding;
using FsCheck;
using FsCheck.Fluent;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class SimilarityTests
{
    private static Arbitrary<Similarity> Similarities { get; } = Arb.From(
        from turn in Gen.Choose(-180, 180)
        from scale in Gen.Choose(5, 400)
        from shift in Gen.Choose(-500, 500).Two()
        select new Similarity(
            scale / 100f * MathF.Cos(turn * MathF.PI / 180), scale / 100f * MathF.Sin(turn * MathF.PI / 180), new(shift.Item1, shift.Item2)));

    [Fact]
    public void The_inverse_maps_a_point_back() => Holds(there =>
    {
        var back = there.Inverse().Apply(there.Apply(new(123, 45)));

        Assert.Equal(123, back.X, 0.2);
        Assert.Equal(45, back.Y, 0.2);
        Assert.Equal(1, there.Scale * there.Inverse().Scale, 0.001);
    });

    [Fact]
    public void A_similarity_is_recovered_from_the_points_that_it_moved() => Holds(similarity =>
    {
        Vector2[] points = [new(46, 47), new(102, 47), new(74, 80), new(74, 107)];

        var found = Similarity.Between(points, [.. points.Select(similarity.Apply)]);

        Assert.All(points, point => Assert.InRange(Vector2.Distance(similarity.Apply(point), found.Apply(point)), 0, 0.1));
    });

    [Fact]
    public void Points_in_one_place_are_refused() =>
        Assert.Throws<ArgumentException>(() => Similarity.Between([new(1, 1), new(1, 1)], [new(2, 2), new(3, 3)]));

    /// <summary>However much a picture is shrunk, what is cut out of it lies where it should.</summary>
    [Theory]
    [InlineData(1600)]
    [InlineData(400)]
    [InlineData(100)]
    [InlineData(40)]
    public void A_cut_of_a_picture_is_centred_and_scaled_exactly(int side)
    {
        using var picture = new Mat(2000, 2000, MatType.CV_8UC3, Scalar.Black);
        Cv2.Circle(picture, new Point(1100, 900), side / 5, Scalar.White, -1);

        using var cut = Similarity.Centred(new(1100, 900), side, 100).Cut(picture, 100);

        using var luma = new Mat();
        Cv2.CvtColor(cut, luma, ColorConversionCodes.BGR2GRAY);
        var moments = Cv2.Moments(luma);
        Assert.Equal(50, moments.M10 / moments.M00, 1.5);
        Assert.Equal(50, moments.M01 / moments.M00, 1.5);
        Assert.Equal(Math.PI * 20 * 20 * 255, moments.M00, Math.PI * 20 * 20 * 255 * 0.06);
    }

    private static void Holds(Action<Similarity> claim) => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true), Prop.ForAll(Similarities, claim));
}

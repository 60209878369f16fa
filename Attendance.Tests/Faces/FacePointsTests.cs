using System.Numerics;
using Attendance.Web.Faces.Finding;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class FacePointsTests
{
    private const double Tolerance = 0.01;

    private static Arbitrary<Head> Heads { get; } = Arb.From(
        from middle in Gen.Choose(0, 2000).Two()
        from eyes in Gen.Choose(10, 400)
        from mouth in Gen.Choose(10, 400)
        from mouthAside in Gen.Choose(-100, 100)
        from yaw in Gen.Choose(-100, 100)
        from pitch in Gen.Choose(-50, 150)
        from roll in Gen.Choose(-60, 60)
        select new Head(new(middle.Item1, middle.Item2), eyes, mouth, mouthAside / 100f, yaw / 100f, pitch / 100f, roll));

    [Fact]
    public void A_head_is_measured_as_it_is_however_it_leans() => Holds(head =>
    {
        var points = head.Points()!;
        Assert.Equal(head.Yaw, points.Yaw, Tolerance);
        Assert.Equal(head.Pitch, points.Pitch, Tolerance);
        Assert.Equal(Math.Max(head.Eyes, head.Mouth), points.Extent, 0.1);
    });

    [Fact]
    public void It_does_not_matter_which_eye_is_told_first() => Holds(head =>
    {
        var points = head.Points(otherEyeFirst: true)!;
        Assert.Equal(head.Yaw, points.Yaw, Tolerance);
        Assert.Equal(head.Pitch, points.Pitch, Tolerance);
    });

    [Fact]
    public void A_mirror_turns_left_into_right_and_nothing_else() => Holds(head =>
    {
        var (points, mirrored) = (head.Points()!, head.Points(place: point => new(2000 - point.X, point.Y))!);
        Assert.Equal(-points.Yaw, mirrored.Yaw, Tolerance);
        Assert.Equal(points.Pitch, mirrored.Pitch, Tolerance);
        Assert.Equal(2000 - points.Centre.X, mirrored.Centre.X, 0.1);
    });

    [Fact]
    public void The_size_of_the_picture_changes_no_pose() => Holds(head =>
    {
        var (points, larger) = (head.Points()!, head.Points(place: point => point * 3)!);
        Assert.Equal(points.Yaw, larger.Yaw, Tolerance);
        Assert.Equal(points.Pitch, larger.Pitch, Tolerance);
        Assert.Equal(points.Extent * 3, larger.Extent, 0.3);
    });

    [Theory]
    [InlineData(100, 100, 50)] // the eyes in one place
    [InlineData(100, 200, 0)]  // the mouth between them
    [InlineData(100, 200, -50)] // the mouth above them
    [InlineData(100, float.NaN, 50)]
    [InlineData(float.NegativeInfinity, float.PositiveInfinity, 50)]
    public void Points_that_cannot_be_a_face_are_rejected(float oneEye, float otherEye, float mouth) =>
        Assert.Null(FacePoints.From(new(oneEye, 100), new(otherEye, 100), new(150, 120), new(150, 100 + mouth)));

    private static void Holds(Action<Head> claim) => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true), Prop.ForAll(Heads, claim));

    /// <summary>A face whose eyes, nose and mouth are given in the head's own coordinates.</summary>
    private sealed record Head(Vector2 Middle, float Eyes, float Mouth, float MouthAside, float Yaw, float Pitch, float Roll)
    {
        public FacePoints? Points(bool otherEyeFirst = false, Func<Vector2, Vector2>? place = null)
        {
            var lean = Matrix3x2.CreateRotation(Roll * MathF.PI / 180);
            var (left, right) = (Place(-Eyes / 2, 0), Place(Eyes / 2, 0));
            var (nose, mouth) = (Place(Yaw * Eyes, Pitch * Mouth), Place(MouthAside * Eyes, Mouth));
            return otherEyeFirst ? FacePoints.From(right, left, nose, mouth) : FacePoints.From(left, right, nose, mouth);

            Vector2 Place(float across, float down)
            {
                var point = Middle + Vector2.Transform(new(across, down), lean);
                return place?.Invoke(point) ?? point;
            }
        }
    }
}

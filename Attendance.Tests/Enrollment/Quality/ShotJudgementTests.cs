using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces.Quality;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.Enrollment.Quality;

public sealed class ShotJudgementTests
{
    private static readonly ShotLimits s_limits = new();
    private static readonly FaceFigures s_face = new(Size: 0.25, OffsetX: 0, OffsetY: 0, Yaw: 0, Pitch: 0.45, Brightness: 120, Sharpness: 150);
    private static readonly ShotFigures s_good = new(1280, 720, 1, s_face);

    [Fact]
    public void A_limit_itself_is_still_good_and_beyond_it_is_not()
    {
        Bounds(ShotFlaw.MoveCloser, 0.12, 0.119, size => Face(s_face with { Size = size }));
        Bounds(ShotFlaw.MoveBack, 0.40, 0.401, size => Face(s_face with { Size = size }));
        Bounds(ShotFlaw.CentreFace, 0.20, 0.201, offset => Face(s_face with { OffsetX = offset }));
        Bounds(ShotFlaw.CentreFace, -0.20, -0.201, offset => Face(s_face with { OffsetX = offset }));
        Bounds(ShotFlaw.CentreFace, 0.20, 0.201, offset => Face(s_face with { OffsetY = offset }));
        Bounds(ShotFlaw.CentreFace, -0.20, -0.201, offset => Face(s_face with { OffsetY = offset }));
        Bounds(ShotFlaw.TooDark, 60, 59.9, brightness => Face(s_face with { Brightness = brightness }));
        Bounds(ShotFlaw.TooBright, 205, 205.1, brightness => Face(s_face with { Brightness = brightness }));
        Bounds(ShotFlaw.Blurred, 60, 59.9, sharpness => Face(s_face with { Sharpness = sharpness }));
        Bounds(ShotFlaw.TooSmallPicture, 480, 479, width => s_good with { Width = (int)width });
        Bounds(ShotFlaw.TooSmallPicture, 360, 359, height => s_good with { Height = (int)height });
        Bounds(ShotFlaw.SeveralFaces, 1, 2, faces => s_good with { Faces = (int)faces });

        static void Bounds(ShotFlaw flaw, double good, double bad, Func<double, ShotFigures> figures)
        {
            Assert.Empty(FlawsOf(figures(good)));
            Assert.Equal([flaw], FlawsOf(figures(bad)));
        }
    }

    [Theory]
    [InlineData("front", 0.14, 0.45, 0.141, 0.45)]
    [InlineData("front", -0.14, 0.45, -0.141, 0.45)]
    [InlineData("front", 0, 0.30, 0, 0.299)]
    [InlineData("front", 0, 0.56, 0, 0.561)]
    [InlineData("left", 0.18, 0.45, 0.179, 0.45)]
    [InlineData("left", 0.80, 0.45, 0.801, 0.45)]
    [InlineData("right", -0.18, 0.45, -0.179, 0.45)]
    [InlineData("right", -0.80, 0.45, -0.801, 0.45)]
    [InlineData("up", 0, 0.43, 0, 0.45)]
    [InlineData("down", 0, 0.57, 0, 0.55)]
    [InlineData("up", 0.14, 0.3, 0.15, 0.3)]
    [InlineData("down", -0.14, 0.7, -0.15, 0.7)]
    public void A_pose_has_its_limits(string pose, double yaw, double pitch, double wrongYaw, double wrongPitch)
    {
        const double FrontPitch = 0.5;
        Assert.True(Poses.TryParse(pose, out var asked));

        Assert.Empty(FlawsOf(Face(s_face with { Yaw = yaw, Pitch = pitch }), asked, FrontPitch));
        var wrong = Face(s_face with { Yaw = wrongYaw, Pitch = wrongPitch });
        Assert.Equal([ShotFlaw.WrongPose], FlawsOf(wrong, asked, FrontPitch));
        Assert.Empty(FlawsOf(wrong, asked, FrontPitch, manual: true));
    }

    [Fact]
    public void Without_a_front_shot_a_nod_is_judged_as_that_of_most_people()
    {
        Assert.Empty(FlawsOf(Face(s_face with { Pitch = 0.36 }), Pose.Up));
        Assert.Empty(FlawsOf(Face(s_face with { Pitch = 0.50 }), Pose.Down));
        Assert.Equal([ShotFlaw.WrongPose], FlawsOf(Face(s_face with { Pitch = 0.43 }), Pose.Up));
        Assert.Equal([ShotFlaw.WrongPose], FlawsOf(Face(s_face with { Pitch = 0.43 }), Pose.Down));
    }

    [Fact]
    public void All_flaws_are_told_the_most_important_first()
    {
        var face = new FaceFigures(Size: 0.05, OffsetX: 0.4, OffsetY: 0, Yaw: 0.5, Pitch: 0.45, Brightness: 10, Sharpness: 1);

        Assert.Equal(
            "several_faces too_small_picture too_dark move_closer centre_face blurred wrong_pose",
            string.Join(' ', FlawsOf(new(320, 240, 2, face)).Select(flaw => flaw.Code())));
        Assert.Equal([ShotFlaw.NoFace, ShotFlaw.TooSmallPicture], FlawsOf(new(320, 240, 0, null)));
    }

    [Fact]
    public void What_a_page_calls_good_is_good_for_the_server()
    {
        var relaxed = s_limits.Relaxed();
        var figures =
            from size in Gen.Choose(10, 42)
            from offset in Gen.Choose(-22, 22).Two()
            from yaw in Gen.Choose(-85, 85)
            from pitch in Gen.Choose(10, 90)
            from brightness in Gen.Choose(55, 210)
            from sharpness in Gen.Choose(55, 200)
            from pose in Gen.Elements(Poses.All.ToArray())
            select (pose, Face(new(size / 100d, offset.Item1 / 100d, offset.Item2 / 100d, yaw / 100d, pitch / 100d, brightness, sharpness)));
        var good = 0;

        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(3000), Prop.ForAll(figures.ToArbitrary(), shot =>
        {
            if (ShotJudgement.Of(shot.Item2, shot.pose, 0.45, false, s_limits).IsGood)
            {
                good++;
                Assert.True(ShotJudgement.Of(shot.Item2, shot.pose, 0.45, false, relaxed).IsGood);
            }
        }));

        Assert.True(good > 30, $"Only {good} were good: that tries too little.");
    }

    [Fact]
    public void Codes_name_one_pose_or_none()
    {
        Assert.All(Poses.All, pose => Assert.True(Poses.TryParse(pose.Code(), out var parsed) && parsed == pose));
        Assert.All([null, "", "3", "Left", "left ", "left,up"], code => Assert.False(Poses.TryParse(code, out _)));
    }

    private static ShotFigures Face(FaceFigures face) => s_good with { Face = face };

    private static IReadOnlyList<ShotFlaw> FlawsOf(ShotFigures figures, Pose pose = Pose.Front, double? frontPitch = null, bool manual = false) =>
        ShotJudgement.Of(figures, pose, frontPitch, manual, s_limits).Flaws;
}

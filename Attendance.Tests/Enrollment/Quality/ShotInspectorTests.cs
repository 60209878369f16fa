using System.Text;
using Attendance.Tests.Faces;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Microsoft.Extensions.Logging.Testing;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Enrollment.Quality;

public sealed class ShotInspectorTests(Shots shots) : IClassFixture<Shots>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attendance-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Pictures with one flaw each, where one does not bring another.</summary>
    private static Dictionary<string, Func<byte[]>> Flawed { get; } = new()
    {
        ["no_face"] = () => TestFaces.Jpeg(Pose.Front, faces: 0),
        ["several_faces centre_face"] = () => TestFaces.Jpeg(Pose.Front, scale: 0.7, faces: 2),
        ["too_small_picture"] = () => TestFaces.Jpeg(Pose.Front, 320, 240),
        ["no_face too_small_picture"] = () => TestFaces.Jpeg(Pose.Front, 320, 240, faces: 0),
        ["too_dark blurred"] = () => TestFaces.Jpeg(Pose.Front, light: 0.3),
        ["too_bright"] = () => TestFaces.Jpeg(Pose.Front, light: 4),
        ["move_closer"] = () => TestFaces.Jpeg(Pose.Front, scale: 0.35),
        ["move_back"] = () => TestFaces.Jpeg(Pose.Front, scale: 2.2),
        ["centre_face"] = () => TestFaces.Jpeg(Pose.Front, right: 0.33),
        ["blurred"] = () => TestFaces.Jpeg(Pose.Front, blur: 4),
        ["wrong_pose"] = () => TestFaces.Jpeg(Pose.Left),
    };

    public static TheoryData<string> Flaws => [.. Flawed.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task A_picture_with_a_flaw_is_told_it_and_is_not_kept(string flaws)
    {
        var shot = await shots.JudgeAsync(Flawed[flaws]());

        Assert.Equal(flaws, string.Join(' ', shot.Judgement.Flaws.Select(flaw => flaw.Code())));
        Assert.Null(shot.Good);
    }

    [Fact]
    public void Every_flaw_has_its_picture() =>
        Assert.Empty(Enum.GetValues<ShotFlaw>().Select(flaw => flaw.Code()).Except(Flawed.Keys.SelectMany(key => key.Split(' '))));

    [Theory]
    [InlineData(640, 480)]
    [InlineData(1280, 720)]
    [InlineData(1920, 1080)]
    [InlineData(480, 640)]
    public async Task All_poses_are_told_apart_at_every_size(int width, int height)
    {
        var front = (await shots.FaceAsync(TestFaces.Jpeg(Pose.Front, width, height))).Pitch;
        foreach (var taken in Poses.All)
        {
            var picture = TestFaces.Jpeg(taken, width, height);
            foreach (var asked in Poses.All)
            {
                // How far a person looks down is known only from the front shot, so that one itself can be a little low.
                if ((taken, asked) is not (Pose.Down, Pose.Front))
                {
                    Assert.Equal((asked, taken == asked ? "" : "wrong_pose"), (asked, await shots.FlawsAsync(picture, asked, front)));
                }
            }
        }
    }

    [Fact]
    public async Task The_wrong_pose_may_be_taken_by_hand_and_nothing_else()
    {
        Assert.Equal("", await shots.FlawsAsync(TestFaces.Jpeg(Pose.Left), Pose.Right, manual: true));
        Assert.Equal("blurred", await shots.FlawsAsync(TestFaces.Jpeg(Pose.Left, blur: 4), Pose.Right, manual: true));
    }

    [Theory]
    [InlineData(-15)]
    [InlineData(15)]
    public async Task A_leaning_head_changes_no_pose(int roll)
    {
        var upright = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front));
        var leaning = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front, roll: roll));

        Assert.Equal(upright.Yaw, leaning.Yaw, 0.1);
        Assert.Equal(upright.Pitch, leaning.Pitch, 0.1);
    }

    [Fact]
    public async Task Figures_are_in_the_units_that_they_say()
    {
        var face = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front));
        var smaller = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front, scale: 0.7, right: 0.2, down: -0.1));
        var darker = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front, light: 0.5));

        Assert.Equal(0.7, smaller.Size / face.Size, 0.05);
        Assert.Equal(0.2, smaller.OffsetX - face.OffsetX, 0.03);
        Assert.Equal(-0.1, smaller.OffsetY - face.OffsetY, 0.03);
        Assert.Equal(0.5, darker.Brightness / face.Brightness, 0.05);
        Assert.Equal(0.25, darker.Sharpness / face.Sharpness, 0.1);
    }

    [Fact]
    public async Task Nothing_is_kept_but_the_picture()
    {
        var picture = TestFaces.Jpeg(Pose.Front);
        var secret = Encoding.ASCII.GetBytes("52.5163 N 13.3777 E");
        byte[] laden = [.. WithSegment(WithSegment(picture, 0xE1, [.. "Exif\0\0"u8, .. secret]), 0xFE, secret), .. secret];

        var kept = (await shots.JudgeAsync(laden)).Good!.Jpeg;

        Assert.True(laden.AsSpan().IndexOf(secret) > 0);
        Assert.Equal(-1, kept.AsSpan().IndexOf(secret));
        Assert.Equal(-1, kept.AsSpan().IndexOf("Exif"u8));
        Assert.Equal([0xFF, 0xD9], kept[^2..]);
        Assert.Null(JpegStructure.Check(kept));
        using var before = Cv2.ImDecode(picture, ImreadModes.Color);
        using var after = Cv2.ImDecode(kept, ImreadModes.Color);
        Assert.True(Cv2.PSNR(before, after) > 35);
        Assert.Equal("", await shots.FlawsAsync(kept));
    }

    [Fact]
    public async Task A_picture_that_says_it_lies_on_its_side_is_set_upright()
    {
        using var upright = Cv2.ImDecode(TestFaces.Jpeg(Pose.Front), ImreadModes.Color);
        using var lying = new Mat();
        Cv2.Rotate(upright, lying, RotateFlags.Rotate90Counterclockwise);

        // Big endian TIFF with one entry: orientation, a short, 6: to be turned clockwise.
        byte[] exif = [.. "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01"u8, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        var shot = await shots.JudgeAsync(WithSegment(lying.ImEncode(".jpg"), 0xE1, exif));

        Assert.Equal((640, 480), (shot.Judgement.Figures.Width, shot.Judgement.Figures.Height));
        Assert.True(shot.Judgement.IsGood);
        using var kept = Cv2.ImDecode(shot.Good!.Jpeg, ImreadModes.Color);
        Assert.Equal(640, kept.Width);
    }

    [Theory]
    [InlineData(4097, 16)]
    [InlineData(16, 4097)]
    [InlineData(65535, 65535)]
    public async Task A_picture_that_announces_too_much_is_refused_before_it_is_decoded(int width, int height)
    {
        using var unable = TestNets.Open(files: ModelFiles.In(_folder)); // would throw if it came as far as decoding

        var inspection = await Shots.On(unable).InspectAsync(WithSize(TestFaces.Jpeg(Pose.Front), width, height), Pose.Front, null, false, Cancel);

        Assert.Equal(new ShotInspection.Refused(PictureFault.TooLarge), inspection);
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_with_its_reason()
    {
        var picture = TestFaces.Jpeg(Pose.Front);
        using var mat = Cv2.ImDecode(picture, ImreadModes.Color);

        Assert.Equal(new ShotInspection.Refused(PictureFault.NotJpeg), await shots.InspectAsync(ReadOnlyMemory<byte>.Empty));
        Assert.Equal(new ShotInspection.Refused(PictureFault.NotJpeg), await shots.InspectAsync(mat.ImEncode(".png")));
        Assert.Equal(new ShotInspection.Refused(PictureFault.Truncated), await shots.InspectAsync(picture.AsMemory(0, picture.Length / 2)));
        Assert.Equal(new ShotInspection.Refused(PictureFault.Damaged), await shots.InspectAsync(WithoutTables(picture)));
    }

    [Fact]
    public async Task Mangled_pictures_are_judged_or_refused_and_never_fail()
    {
        const int Pictures = 400;
        var random = new Random(20260);
        var picture = TestFaces.Jpeg(Pose.Front, 480, 360);
        var (refused, judged) = (0, 0);
        for (var i = 0; i < Pictures; i++)
        {
            var mangled = Mangle(picture, i % 5, random);
            var inspection = await Task.Run(() => shots.InspectAsync(mangled, manual: true), Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            _ = inspection is ShotInspection.Refused ? refused++ : judged++;
        }

        Assert.True(refused > Pictures / 4 && judged > Pictures / 20, $"{refused} refused, {judged} judged: that tries too little.");
    }

    [Fact]
    public async Task Shots_at_the_same_time_do_not_disturb_each_other()
    {
        var pictures = Poses.All.Select(pose => TestFaces.Jpeg(pose)).ToArray();
        var alone = new List<FaceFigures>();
        foreach (var picture in pictures)
        {
            alone.Add(await shots.FaceAsync(picture));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => shots.FaceAsync(pictures[i % pictures.Length]), Cancel)));

        Assert.All(together, (face, i) => Assert.Equal(alone[i % alone.Count], face));
    }

    [Fact]
    public async Task A_cancelled_inspection_does_not_wait()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => shots.Inspector.InspectAsync(TestFaces.Jpeg(Pose.Front), Pose.Front, null, false, new CancellationToken(canceled: true)));
        Assert.Equal("", await shots.FlawsAsync(TestFaces.Jpeg(Pose.Front)));
    }

    [Fact]
    public async Task Closing_lets_the_shots_at_work_finish()
    {
        var nets = TestNets.Open();
        var inspector = Shots.On(nets);
        var picture = TestFaces.Jpeg(Pose.Front);
        await inspector.InspectAsync(picture, Pose.Front, null, false, Cancel);
        var atWork = Enumerable.Range(0, 8).Select(_ => Task.Run(() => inspector.InspectAsync(picture, Pose.Front, null, false, Cancel), Cancel)).ToList();

        await Task.Run(nets.Dispose, Cancel);
        nets.Dispose();

        foreach (var work in atWork)
        {
            var failure = await Record.ExceptionAsync(() => work);
            Assert.True(failure is null or ObjectDisposedException, $"{failure}");
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => inspector.InspectAsync(picture, Pose.Front, null, false, Cancel));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("damaged")]
    [InlineData("of another kind")]
    public async Task Without_its_model_an_inspector_logs_once_what_is_missing(string model)
    {
        var path = Path.Combine(_folder, "model.tflite");
        if (model == "damaged")
        {
            await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(ModelFiles.Installed.Finder, Cancel))[..5000], Cancel);
        }
        else if (model == "of another kind")
        {
            using var picture = new Mat(8, 8, MatType.CV_8UC3, Scalar.Black);
            await File.WriteAllBytesAsync(path, picture.ImEncode(".png"), Cancel);
        }

        var logger = new FakeLogger<FaceNets>();
        using var nets = TestNets.Open(files: ModelFiles.Installed with { Finder = path }, logger: logger);
        for (var i = 0; i < 3; i++)
        {
            var failure = await Assert.ThrowsAsync<FaceCheckUnavailableException>(
                () => Shots.On(nets).InspectAsync(TestFaces.Jpeg(Pose.Front), Pose.Front, null, false, Cancel));
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
            Assert.Contains("npm ci", failure.Message, StringComparison.Ordinal);
        }

        Assert.Contains(path, Assert.Single(logger.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_native_library_says_what_to_install()
    {
        var failure = new TypeInitializationException("OpenCvSharp", new DllNotFoundException());

        Assert.True(FaceCheckUnavailableException.IsForLackOfLibrary(failure));
        Assert.False(FaceCheckUnavailableException.IsForLackOfLibrary(new InvalidOperationException()));
        Assert.Contains(
            OperatingSystem.IsLinux() ? "libgtk-3-0" : "OpenCV", FaceCheckUnavailableException.NoLibrary(failure).Message, StringComparison.Ordinal);
    }

    private static byte[] WithSegment(byte[] jpeg, byte marker, byte[] content) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. jpeg[2..]];

    private static byte[] WithSize(byte[] jpeg, int width, int height)
    {
        var at = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
        return [.. jpeg[..at], (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, .. jpeg[(at + 4)..]];
    }

    /// <summary>Turns the quantization tables into comment segments.</summary>
    private static byte[] WithoutTables(byte[] jpeg)
    {
        var copy = jpeg.ToArray();
        for (int at; (at = copy.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB])) >= 0;)
        {
            copy[at + 1] = 0xFE;
        }

        return copy;
    }

    private static byte[] Mangle(byte[] picture, int how, Random random)
    {
        var copy = picture.ToArray();
        switch (how)
        {
            case 0:
                var noise = new byte[random.Next(2000)];
                random.NextBytes(noise);
                return random.Next(2) == 0 ? noise : [0xFF, 0xD8, .. noise];
            case 1:
                return copy[..random.Next(copy.Length)];
            case 2: // the head, where everything is announced
                Flip(copy.AsSpan(0, 700));
                return copy;
            case 3:
                Flip(copy);
                return copy;
            default: // a piece of it twice
                var from = random.Next(copy.Length);
                var to = random.Next(from, copy.Length);
                return [.. copy[..to], .. copy[from..]];
        }

        void Flip(Span<byte> bytes)
        {
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
        }
    }
}

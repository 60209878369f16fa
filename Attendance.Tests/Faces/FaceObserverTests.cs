using Attendance.Benchmarks.Subjects;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;
using OpenCvSharp;
using Xunit;

namespace Attendance.Tests.Faces;

/// <summary>An observer configured as in Web, shared by the tests of a class because it takes a moment to open.</summary>
public sealed class Observing : IDisposable
{
    private readonly FaceNets _nets = TestNets.Open();

    public void Dispose() => _nets.Dispose();

    internal static FaceObserver On(FaceNets nets) => new(nets, Options.Create(new ShotLimits()), Options.Create(new RecognitionOptions()));

    internal Task<FaceObservation> ObserveAsync(byte[] jpeg, bool withEyes = false) => On(_nets).ObserveAsync(jpeg, withEyes, TestContext.Current.CancellationToken);

    internal async Task<FaceObservation.OneFace> FaceAsync(byte[] jpeg, bool withEyes = false) => Assert.IsType<FaceObservation.OneFace>(await ObserveAsync(jpeg, withEyes));

    internal async Task<FaceEmbedding> EmbeddingAsync(byte[] jpeg) =>
        (await FaceAsync(jpeg)).Embedding ?? throw new InvalidOperationException("The face cannot be recognized.");
}

public sealed class FaceObserverTests(Observing observing) : IClassFixture<Observing>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_face_is_described_by_numbers()
    {
        var left = await observing.FaceAsync(TestFaces.Jpeg(Pose.Left), withEyes: true);
        var front = await observing.FaceAsync(TestFaces.Jpeg(Pose.Front));

        Assert.True(left.Figures.Yaw > 0.25);
        Assert.InRange(front.Figures.Yaw, -0.1, 0.1);
        Assert.Empty(front.Flaws);
        Assert.NotNull(front.Embedding);
        Assert.InRange(left.EyeOpenness!.Value, 0.05, 0.6);
        Assert.Null(front.EyeOpenness);
        Assert.InRange(front.Points.EyeDistance, 60, 160);
    }

    [Fact]
    public async Task Frames_without_a_face_and_with_several_are_told_apart()
    {
        Assert.IsType<FaceObservation.NoFace>(await observing.ObserveAsync(TestFaces.Jpeg(Pose.Front, faces: 0)));
        Assert.Equal(new FaceObservation.SeveralFaces(2), await observing.ObserveAsync(TestFaces.Jpeg(Pose.Front, scale: 0.7, faces: 2)));
    }

    [Fact]
    public async Task A_face_with_a_flaw_is_told_it_and_not_recognized()
    {
        await HasAsync("too_dark", TestFaces.Jpeg(Pose.Front, light: 0.2));
        await HasAsync("too_bright", TestFaces.Jpeg(Pose.Front, light: 4));
        await HasAsync("blurred", TestFaces.Jpeg(Pose.Front, blur: 6));
        await HasAsync("move_closer", TestFaces.Jpeg(Pose.Front, 160, 120, scale: 0.7));

        async Task HasAsync(string flaw, byte[] jpeg)
        {
            var face = await observing.FaceAsync(jpeg);
            Assert.Contains(flaw, face.Flaws.Select(each => each.Code()));
            Assert.Null(face.Embedding);
        }
    }

    [Fact]
    public async Task Where_the_face_is_and_which_way_it_looks_does_not_matter()
    {
        Assert.Empty((await observing.FaceAsync(TestFaces.Jpeg(Pose.Left))).Flaws);
        Assert.Empty((await observing.FaceAsync(TestFaces.Jpeg(Pose.Front, right: 0.25))).Flaws);
        Assert.Empty((await observing.FaceAsync(TestFaces.Jpeg(Pose.Front, 320, 240))).Flaws);
    }

    [Fact]
    public async Task What_else_looks_at_a_frame_gets_the_picture_that_was_decoded_for_the_face()
    {
        var seen = new List<(int Width, int Height)>();
        var picture = TestFaces.Jpeg(Pose.Front, 640, 480);

        using var nets = TestNets.Open();
        var observer = Observing.On(nets);
        Assert.IsType<FaceObservation.OneFace>(await observer.ObserveAsync(picture, withEyes: false, also => seen.Add((also.Width, also.Height)), Timeout.InfiniteTimeSpan, Cancel));
        Assert.IsType<FaceObservation.Refused>(await observer.ObserveAsync(new byte[10], withEyes: false, also => seen.Add((0, 0)), Timeout.InfiniteTimeSpan, Cancel));

        Assert.Equal([(640, 480)], seen);
    }

    [Fact]
    public async Task A_frame_that_has_waited_too_long_is_not_looked_at()
    {
        using var nets = TestNets.Open();
        using var enough = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var other = Task.Run(() => nets.UseAsync(
            _ =>
            {
                begun.SetResult();
                enough.Wait(Cancel);
                return true;
            },
            Cancel));
        await begun.Task.WaitAsync(Cancel);
        var picture = TestFaces.Jpeg(Pose.Front);

        Assert.IsType<FaceObservation.TooOld>(await Observing.On(nets).ObserveAsync(picture, withEyes: false, also: null, TimeSpan.Zero, Cancel));

        enough.Set();
        Assert.True(await other);
        Assert.IsType<FaceObservation.OneFace>(await Observing.On(nets).ObserveAsync(picture, withEyes: false, also: null, TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task A_frame_that_announces_too_much_is_refused_before_it_is_decoded()
    {
        using var unable = TestNets.Open(files: ModelFiles.In("/nowhere")); // would throw if it came as far as decoding
        var picture = TestFaces.Jpeg(Pose.Front);
        var at = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
        picture[at] = 0xFF;

        Assert.Equal(new FaceObservation.Refused(PictureFault.TooLarge), await Observing.On(unable).ObserveAsync(picture, withEyes: false, Cancel));
        Assert.Equal(new FaceObservation.Refused(PictureFault.NotJpeg), await Observing.On(unable).ObserveAsync(new byte[10], withEyes: false, Cancel));
    }

    [Fact]
    public async Task One_person_is_near_in_every_pose_and_size_and_others_are_far()
    {
        var front = await observing.EmbeddingAsync(TestFaces.Jpeg(Pose.Front));

        foreach (var picture in (byte[][])[TestFaces.Jpeg(Pose.Up), TestFaces.Jpeg(Pose.Front, 1280, 960), TestFaces.Jpeg(Pose.Front, light: 0.7), TestFaces.Jpeg(Pose.Front, roll: 10)])
        {
            Assert.InRange(front.DistanceTo(await observing.EmbeddingAsync(picture)), 0, 0.45);
        }

        foreach (var other in SamplePortraits.OfGrid.Where(portrait => portrait.Source == "grid").TakeLast(12))
        {
            if (await observing.ObserveAsync(other.Jpeg) is FaceObservation.OneFace { Embedding: { } face })
            {
                Assert.True(front.DistanceTo(face) > 0.58, $"{other.Person}: {front.DistanceTo(face):0.00}");
            }
        }
    }

    [Fact]
    public async Task The_same_picture_becomes_the_same_numbers_also_when_many_are_looked_at_together()
    {
        using var nets = TestNets.Open(threads: 3);
        var pictures = Poses.All.Select(pose => TestFaces.Jpeg(pose)).ToArray();
        var alone = new List<FaceEmbedding>();
        foreach (var picture in pictures)
        {
            alone.Add(await observing.EmbeddingAsync(picture));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => Observing.On(nets).ObserveAsync(pictures[i % pictures.Length], withEyes: false, Cancel), Cancel)));

        Assert.All(together, (seen, i) => Assert.Equal(0, alone[i % alone.Count].DistanceTo(Assert.IsType<FaceObservation.OneFace>(seen).Embedding!), 0.001));
    }

    [Fact]
    public async Task No_more_pictures_are_looked_at_together_than_may_be_and_who_waits_may_go()
    {
        using var nets = TestNets.Open(threads: 2);
        var (running, most) = (0, 0);
        using var enough = new ManualResetEventSlim();
        var work = Enumerable.Range(0, 2).Select(_ => Task.Run(() => nets.UseAsync(_ => Work(), Cancel), Cancel)).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref running) == 2, "two pictures are looked at");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var third = nets.UseAsync(_ => Work(), gone.Token);
        Assert.False(third.IsCompleted);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        enough.Set();
        await Task.WhenAll(work);
        Assert.Equal(2, most);

        bool Work()
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            enough.Wait(Cancel);
            Interlocked.Decrement(ref running);
            return true;
        }
    }

    [Fact]
    public void A_picture_without_a_face_shows_no_eyes()
    {
        using var eyes = Attendance.Web.Faces.Liveness.EyeOpenness.Open(ModelFiles.Installed.Landmarks);
        using var wall = new Mat(480, 640, MatType.CV_8UC3, Scalar.All(128));
        var nobody = new FoundFace(FacePoints.From(new(280, 200), new(360, 200), new(320, 240), new(320, 280))!, new(320, 230), 180);

        Assert.Null(eyes.Measure(wall, nobody));
    }
}

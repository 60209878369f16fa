using Attendance.CameraWorker.Pictures;
using Attendance.CameraWorker.Sources;
using Attendance.Tests.Enrollment.Quality;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.Enrollment;

public sealed class TestFacesTests(Shots shots) : IClassFixture<Shots>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attendance-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Poses_are_clear()
    {
        var front = await shots.FaceAsync(TestFaces.Jpeg(Pose.Front));
        Assert.InRange(front.Yaw, -0.08, 0.08);
        Assert.True((await shots.FaceAsync(TestFaces.Jpeg(Pose.Left))).Yaw > 0.27);
        Assert.True((await shots.FaceAsync(TestFaces.Jpeg(Pose.Right))).Yaw < -0.27);
        Assert.True((await shots.FaceAsync(TestFaces.Jpeg(Pose.Up))).Pitch < front.Pitch - 0.12);
        Assert.True((await shots.FaceAsync(TestFaces.Jpeg(Pose.Down))).Pitch > front.Pitch + 0.12);
    }

    [Fact]
    public async Task A_film_of_poses_plays_in_a_file_camera_over_and_over()
    {
        const int Frames = 2 * (3 + 3); // of each pose, and between them
        var film = Path.Combine(_folder, "poses.mjpeg");
        await TestFaces.WriteMotionJpegAsync(
            film, secondsPerPose: 0.3, framesPerSecond: 10, [Pose.Front, Pose.Left], cancel: TestContext.Current.CancellationToken);

        using var camera = new FileSource(new("film", "file:" + film, null, null, null, 92, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), film);
        var opened = camera.Open();
        Assert.Equal((640, 480), (opened.Width, opened.Height));

        var frame = new FrameBuffer();
        var yaws = new List<double>();
        for (var i = 0; i < 2 * Frames + 1; i++)
        {
            Assert.True(camera.TryRead(frame, TestContext.Current.CancellationToken));
            yaws.Add((await shots.FaceAsync(frame.Record[(CaptureProtocol.RecordHeaderLength + FrameHeader.Length)..])).Yaw);
        }

        int[] fronts = [0, 1, 2, Frames, Frames + 1, 2 * Frames];
        int[] lefts = [6, 7, 8, Frames + 6, Frames + 7];
        Assert.All(fronts, i => Assert.InRange(yaws[i], -0.1, 0.1));
        Assert.All(lefts, i => Assert.True(yaws[i] > 0.2, $"frame {i}: {yaws[i]:0.00}"));
    }
}

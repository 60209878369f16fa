using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.Doors;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Doors;

/// <summary>A real camera API with a camera that always shows one person's face, for the Webs of several tests.</summary>
public sealed class DoorCamera : IAsyncLifetime
{
    public const string Id = "door", Place = "Front door";

    private readonly GarnetStore _store = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-door-");
    private NodeProcess? _node;

    internal NodeProcess Node => _node!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var film = Path.Combine(_folder.FullName, "face.mjpeg");
        await TestFaces.WriteMotionJpegAsync(film, secondsPerPose: 2, order: [Pose.Front]);
        await _store.InitializeAsync();
        _node = await NodeProcess.StartAsync(_store.ConnectionString, "doors", $"--Cameras:{Id}:Source=file:{film}", "--Cameras:lost:Source=file:does/not/exist.avi");
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Starts a Web that uses this camera API and polls at short intervals.</summary>
    internal AttendanceSite Site(params (string Key, string? Value)[] settings) => new(
        Node.Address, [("Security:ApiKey", TestSecrets.ApiKey), ("Doors:LookEvery", "00:00:00.2"), ("Doors:LeaseLasts", "00:00:05"), .. settings]);

    /// <summary>Returns the embedding of the face that the camera shows, moved by this distance.</summary>
    internal static async Task<FaceEmbedding> FaceAsync(AttendanceSite site, double distance = 0)
    {
        var seen = Assert.IsType<FaceObservation.OneFace>(
            await site.Web.Services.GetRequiredService<FaceObserver>().ObserveAsync(TestFaces.Jpeg(Pose.Front), withEyes: false, Cancel));
        return distance == 0 ? seen.Embedding! : TestEmbeddings.At(distance, seen.Embedding!, seed: 7);
    }

    /// <summary>Adds a person whose pictures have this embedding.</summary>
    internal static Task<Guid> PersonAsync(AttendanceSite site, string name, string number, FaceEmbedding face) => site.WithAsync<IServiceProvider, Guid>(
        services => TestPeople.AddAsync(services, name, number, "Class", consent: true, [Pose.Front], Cancel, face));

    /// <summary>Adds the person whom the camera shows, expected in a session that is open now.</summary>
    internal static async Task<(Guid Person, Guid Session)> ExpectedAsync(AttendanceSite site)
    {
        var person = await PersonAsync(site, "Ada Lovelace", "A-1", await FaceAsync(site));
        return (person, await site.SessionAsync(await site.GroupAsync("Class", person), TimeSpan.Zero, Place));
    }

    internal static Task<bool> AddDoorAsync(AttendanceSite site, bool isWatched = true, string camera = Id) => site.WithAsync<DoorStore, bool>(
        doors => doors.TryAddAsync(new DoorForm { Name = "Front door", Place = Place, CameraId = camera, IsWatched = isWatched }, AttendanceSite.Account, Cancel));

    /// <param name="condition">Null if the door is not watched.</param>
    internal static Task BecomesAsync(AttendanceSite site, DoorCondition? condition) => Eventually.TrueAsync(
        async () => await ConditionAsync(site) == condition, TimeSpan.FromSeconds(40), $"the door is {condition?.ToString() ?? "not watched"}");

    /// <summary>Returns the state of the only door.</summary>
    internal static async Task<DoorCondition?> ConditionAsync(AttendanceSite site)
    {
        var door = Assert.Single(await site.WithAsync<DoorStore, IReadOnlyList<Door>>(doors => doors.ListAsync(Cancel)));
        return site.Web.Services.GetRequiredService<DoorStates>().Of(door.Id);
    }

    internal static Task MarkedAsync(AttendanceSite site, Guid session, Guid person) => Eventually.TrueAsync(
        async () => await site.MarkAsync(session, person) == Mark.Present, TimeSpan.FromSeconds(40), "the person is present");

    internal Task FreeAsync() => Eventually.TrueAsync(async () => await Node.StateAsync(Id) == "available", TimeSpan.FromSeconds(20), "the camera is free");
}

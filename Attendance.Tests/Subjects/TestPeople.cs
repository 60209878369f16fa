using Attendance.Web.Data;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Tests.Subjects;

/// <summary>Adds people to the database, for tests that are not about adding people.</summary>
internal static class TestPeople
{
    public const string KnownName = "Ada Lovelace";
    public static readonly Guid Known = new("0a1b2c3d-0000-4000-8000-000000000001");

    /// <summary>Adds the person with the known id, with consent and without pictures.</summary>
    public static async Task AddKnownAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await AddAsync(scope.ServiceProvider, Known, KnownName, cancellationToken);
    }

    /// <summary>Adds a person with this id, with consent and without pictures.</summary>
    private static async Task AddAsync(IServiceProvider services, Guid id, string name, CancellationToken cancellationToken)
    {
        var db = services.GetRequiredService<AttendanceDb>();
        if (!await db.People.AnyAsync(person => person.Id == id, cancellationToken))
        {
            var now = DateTime.UtcNow;
            var person = new Person { Id = id, CreatedAt = now, Consent = new Consent(now, services.GetRequiredService<ConsentTexts>().Version, "test") };
            person.Describe(name, "T-1", group: null, now);
            db.People.Add(person);
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <param name="face">The embedding that is stored for each of the pictures, whatever they show; a stranger's by default.</param>
    public static async Task<Guid> AddAsync(
        IServiceProvider services, string name, string number, string group, bool consent, IReadOnlyList<Pose> poses, CancellationToken cancellationToken,
        FaceEmbedding? face = null)
    {
        var people = services.GetRequiredService<PeopleStore>();
        var version = services.GetRequiredService<ConsentTexts>().Version;
        var form = new PersonForm { FullName = name, Number = number, Group = group };
        var (_, person) = await people.AddAsync(form, now => consent ? new Consent(now, version, "test") : null, "test", cancellationToken);
        await AddShotsAsync(services, person!.Id, poses, cancellationToken, face);
        return person.Id;
    }

    public static async Task AddShotsAsync(
        IServiceProvider services, Guid personId, IReadOnlyList<Pose> poses, CancellationToken cancellationToken, FaceEmbedding? face = null)
    {
        foreach (var pose in poses)
        {
            await services.GetRequiredService<ShotStore>().TryReplaceAsync(NewShot(personId, pose), TestFaces.Jpeg(pose), face ?? TestEmbeddings.Random(), cancellationToken);
        }
    }

    public static Shot NewShot(Guid personId, Pose pose) => new()
    {
        PersonId = personId, Pose = pose, TakenAt = DateTime.UtcNow, TakenBy = "test", Width = 640, Height = 480, Sharpness = 130,
        Brightness = 120, Size = 0.27, Pitch = 0.42, CameraId = "demo", LeaseRef = "0badcafe", FencingToken = 1,
    };
}

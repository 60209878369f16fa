using System.Globalization;
using Attendance.Benchmarks.Data;
using Attendance.Benchmarks.School;
using Attendance.Web.Data;
using Attendance.Web.Faces.Recognition;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Benchmarks.Pages;

/// <summary>An invented organisation that has used the system for a while: everybody is enrolled, and some of them are expected every day.</summary>
/// <param name="people">How many there are.</param>
/// <param name="expected">How many of them are expected in the sessions of a day, a hundred in each.</param>
/// <param name="days">On how many days so far.</param>
internal sealed class Organisation(int people, int expected, int days)
{
    public const int Departments = 100, InSession = 100;

    /// <summary>As many bytes as a sealed template has.</summary>
    private const int SealedLength = FaceEmbedding.Bytes + 112;

    private const string Text = "bench", Place = "Main door";
    private static readonly MarkRules s_rules = new() { OpensBefore = TimeSpan.FromMinutes(10), LateAfter = TimeSpan.FromMinutes(5), ClosesAfter = TimeSpan.FromMinutes(15) };
    private readonly Random _random = new(7); // the same organisation each time
    private readonly List<Session> _sessions = [];

    public int People => people;

    public int Expected => expected;

    public int Sessions => _sessions.Count;

    /// <summary>One of the sessions of today.</summary>
    public Guid SessionId => _sessions[^1].Id;

    public static string DepartmentOf(int index) => string.Create(CultureInfo.InvariantCulture, $"Department {index % Departments:000}");

    public static string NumberOf(int index) => string.Create(CultureInfo.InvariantCulture, $"N-{index:000000}");

    /// <summary>Migrates an empty database and fills it.</summary>
    public async Task FillAsync(AttendanceDb db, DateTime now, CancellationToken cancellationToken)
    {
        await db.Database.MigrateAsync(cancellationToken);
        var begun = now.AddDays(-2 * days);
        db.ConsentTexts.Add(new ConsentText { Version = Text, Text = "A text." });
        var groups = Enumerable.Range(0, expected / InSession).Select(index => GroupOf($"Shift {index:000}", begun)).ToList();
        var departments = Enumerable.Range(0, Departments).Select(index => GroupOf(DepartmentOf(index), begun)).ToList();
        db.Groups.AddRange([.. groups, .. departments]);
        await db.SaveChangesAsync(cancellationToken);

        var everybody = Enumerable.Range(0, people).Select(index => PersonOf(index, begun)).ToList();
        await BulkInsert.WriteAsync(db, everybody, cancellationToken);
        var shots = everybody.SelectMany(person => Poses.All, (person, pose) => ShotOf(person.Id, pose, begun)).ToList();
        await BulkInsert.WriteAsync(db, shots, cancellationToken);
        await BulkInsert.WriteAsync(db, shots.Select(TemplateOf), cancellationToken);

        // Those who are expected are spread among all, as they are where people come and go.
        var attending = everybody.Where((_, index) => index % (people / expected) == 0).Take(expected).ToList();
        var members = attending.Select((person, index) => new Membership { GroupId = groups[index % groups.Count].Id, PersonId = person.Id, From = begun }).ToList();
        await BulkInsert.WriteAsync(db, members, cancellationToken);
        await BulkInsert.WriteAsync(
            db, everybody.Select((person, index) => new Membership { GroupId = departments[index % Departments].Id, PersonId = person.Id, From = begun }), cancellationToken);

        // The sessions of today are under way.
        var start = new DateTime(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, DateTimeKind.Utc).AddMinutes(-30);
        _sessions.AddRange(Enumerable.Range(0, days).Reverse().SelectMany(back => groups, (back, group) => SessionOf(group, start.AddDays(-back))));
        await BulkInsert.WriteAsync(db, _sessions, cancellationToken);
        await BulkInsert.WriteAsync(db, _sessions.SelectMany(session => session.Groups), cancellationToken);
        var attendees = members.ToLookup(member => member.GroupId, member => member.PersonId);
        var events = _sessions.SelectMany(session => attendees[session.Groups[0].GroupId].Where(_ => _random.Next(100) < 91), CheckInOf).ToList();
        await BulkInsert.WriteAsync(db, events, cancellationToken);
        await BulkInsert.WriteAsync(db, events.SelectMany(each => each.Sessions), cancellationToken);
        await BulkInsert.SettleAsync(db, cancellationToken);
    }

    private static Group GroupOf(string name, DateTime begun)
    {
        var group = new Group { CreatedAt = begun };
        group.Rename(name);
        return group;
    }

    private static Person PersonOf(int index, DateTime begun)
    {
        var person = new Person { CreatedAt = begun };
        person.Agree(new Consent(begun, Text, "bench"));
        person.Describe(SchoolYear.NameOf(index), NumberOf(index), DepartmentOf(index), begun);
        return person;
    }

    private static Shot ShotOf(Guid personId, Pose pose, DateTime at) => new()
    {
        PersonId = personId, Pose = pose, TakenAt = at, TakenBy = "bench", Width = 640, Height = 480, Sharpness = 130, Brightness = 120, Size = 0.27, Pitch = 0.42, CameraId = "demo", LeaseRef = "0badcafe", FencingToken = 1,
    };

    /// <summary>No page opens a template, so these cannot be opened.</summary>
    private ShotTemplate TemplateOf(Shot shot)
    {
        var noise = new byte[SealedLength];
        _random.NextBytes(noise);
        return new() { ShotId = shot.Id, Model = FaceEmbedder.Model, Version = FaceEmbedder.Version, Sealed = noise };
    }

    private static Session SessionOf(Group group, DateTime start)
    {
        var day = DateOnly.FromDateTime(start);
        var session = new Session { OriginalDay = day, OriginalStart = start, Name = group.Name, Zone = "UTC", Place = Place, PlaceKey = Web.Schedules.Places.Key(Place), Rules = s_rules };
        session.SetTimes(start, start.AddHours(2), day);
        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group.Id });
        return session;
    }

    private CheckInEvent CheckInOf(Session session, Guid personId)
    {
        var at = session.StartsAt.AddSeconds(_random.Next(-500, 900));
        var each = new CheckInEvent
        {
            Id = Guid.CreateVersion7(new DateTimeOffset(at)), PersonId = personId, At = at, RecordedAt = at.AddSeconds(1), Method = CheckInMethod.Face, Place = Place, KioskId = "kiosk-1",
            Evidence = """{"distance":0.3127,"next_distance":0.6214,"frames":4,"model":"face-1","max_distance":0.5,"min_margin":0.08,"live":true}""",
        };
        each.Sessions.Add(new CheckInSession { EventId = each.Id, SessionId = session.Id });
        return each;
    }
}

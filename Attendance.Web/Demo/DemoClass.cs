using Attendance.Web.Audit;
using Attendance.Web.Data;
using Attendance.Web.Doors;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Kiosks;
using Attendance.Web.People;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Demo;

/// <summary>What there is of the demo.</summary>
/// <param name="Sessions">The sessions of the class, of which one is open.</param>
/// <param name="CheckedIn">How many people have checked in.</param>
internal sealed record DemoContents(int People, int Sessions, int CheckedIn, bool HasGroup, bool HasDoor, bool HasKiosk)
{
    public bool IsEmpty => this is { People: 0, Sessions: 0, HasGroup: false, HasDoor: false, HasKiosk: false };
}

/// <summary>Makes a class of invented people with a session, a door and a kiosk, and removes all of it. Everything has an id that is known, so nothing else is touched.</summary>
internal sealed class DemoClass(
    AttendanceDb db, AuditLog audit, PeopleStore people, ShotStore shots, GroupStore groups, AttendanceSessionStore sessions, KioskStore kiosks, DoorStore doors,
    DoorStates states, ConsentTexts consents, IOptions<ScheduleOptions> schedules, TimeProvider clock)
{
    public const string Camera = "door", Account = "demo", Place = "Demo door";

    private const string ClassName = "Demo class";

    /// <summary>Obviously invented, and of no gender, because whose faces they get is not known.</summary>
    private static readonly string[] s_names = ["Amber", "Basil", "Clover", "Dune", "Ember", "Fern", "Gale", "Hazel", "Indigo", "Juniper", "Kestrel", "Lark"];

    private static readonly TimeSpan s_sessionLasts = TimeSpan.FromHours(1);

    /// <summary>How long a session has been going on when it is made, so that some are in time and others late.</summary>
    private static readonly TimeSpan s_begun = TimeSpan.FromMinutes(3);

    private static readonly Guid s_group = IdOf(1), s_door = IdOf(2);
    private static readonly Guid[] s_people = [.. Enumerable.Range(100, s_names.Length).Select(IdOf)];

    public static int Most => s_names.Length;

    public static Guid Kiosk { get; } = IdOf(3);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private IQueryable<Session> Sessions => db.Sessions.Where(session => session.Groups.Any(link => link.GroupId == s_group) && session.Groups.All(link => link.GroupId == s_group));

    public async Task<DemoContents> ReadAsync(CancellationToken cancellationToken) => new(
        await db.People.CountAsync(person => s_people.Contains(person.Id), cancellationToken),
        await Sessions.CountAsync(cancellationToken),
        await db.CheckIns.Where(each => s_people.Contains(each.PersonId)).Select(each => each.PersonId).Distinct().CountAsync(cancellationToken),
        await db.Groups.AnyAsync(group => group.Id == s_group, cancellationToken),
        await db.Doors.AnyAsync(door => door.Id == s_door, cancellationToken),
        await db.Kiosks.AnyAsync(kiosk => kiosk.Id == Kiosk, cancellationToken));

    /// <summary>Makes the class and its door. The door comes last: where it is, everything is.</summary>
    public async Task MakeAsync(IReadOnlyList<DemoFace> faces, CancellationToken cancellationToken)
    {
        await RemoveAsync(Account, cancellationToken); // what is left of an attempt that was interrupted
        var now = Now;
        if (!await db.Groups.AnyAsync(each => each.Id == s_group, cancellationToken)) // it stays where somebody else has checked in
        {
            var group = new Group { Id = s_group, CreatedAt = now };
            group.Rename(ClassName);
            db.Groups.Add(group);
        }

        db.Kiosks.Add(new Kiosk { Id = Kiosk, Name = "Demo kiosk", Place = Place, IsStaffed = true, Stamp = Guid.NewGuid(), CreatedAt = now });
        foreach (var (index, _) in faces.Index())
        {
            var person = new Person { Id = s_people[index], CreatedAt = now, Consent = new Consent(now, consents.Version, Account) };
            person.Describe($"{s_names[index]} Example", $"DEMO-{index + 1:00}", ClassName, now);
            db.People.Add(person);
            db.Memberships.Add(new Membership { GroupId = s_group, PersonId = person.Id, From = now });
        }

        await db.SaveChangesAsync(cancellationToken);
        foreach (var (index, face) in faces.Index())
        {
            await shots.TryReplaceAsync(ShotOf(s_people[index], face.Seen.Figures, now), face.Jpeg, face.Seen.Embedding!, cancellationToken);
        }

        await OpenSessionAsync(cancellationToken);
        db.Doors.Add(new Door { Id = s_door, Name = "Demo door", Place = Place, CameraId = Camera, IsWatched = true, CreatedAt = now });
        audit.Add(Account, new("demo.made", s_group));
        await db.SaveChangesAsync(cancellationToken);
        states.DoorsChanged();
    }

    /// <summary>Makes a session if none of the class is open, so that there is always somebody to wait for.</summary>
    public async Task OpenSessionAsync(CancellationToken cancellationToken)
    {
        var (now, zone) = (Now, schedules.Value.Zone);
        if (!await Sessions.AnyAsync(session => session.State == SessionState.Planned && session.OpensAt <= now && now <= session.ClosesAt, cancellationToken))
        {
            var start = Zones.ToLocal(zone, now - s_begun);
            await sessions.AddAsync(
                new(ClassName, [s_group], DateOnly.FromDateTime(start), new TimeOnly(start.Hour, start.Minute), s_sessionLasts, zone, Place), Account, cancellationToken);
        }
    }

    /// <summary>Removes all of it. It is safe to repeat. What somebody else checked in to stays, because that is theirs.</summary>
    public async Task RemoveAsync(string accountId, CancellationToken cancellationToken)
    {
        var wasThere = !(await ReadAsync(cancellationToken)).IsEmpty;
        await doors.RemoveAsync(s_door, accountId, cancellationToken);
        await kiosks.RevokeAsync(Kiosk, accountId, cancellationToken);
        foreach (var id in await db.People.Where(person => s_people.Contains(person.Id)).Select(person => person.Id).ToListAsync(cancellationToken))
        {
            await people.DeleteAsync(id, accountId, cancellationToken); // with templates, check-ins, doubts
        }

        await Sessions.Where(session => !db.CheckInSessions.Any(link => link.SessionId == session.Id)).ExecuteDeleteAsync(cancellationToken);
        await groups.DeleteAsync(s_group, accountId, cancellationToken);
        if (wasThere)
        {
            audit.Add(accountId, new("demo.removed", s_group));
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    private static Shot ShotOf(Guid personId, FaceFigures figures, DateTime now) => new()
    {
        PersonId = personId, Pose = Pose.Front, TakenAt = now, TakenBy = Account, Manual = true, Width = 640, Height = 480, Sharpness = figures.Sharpness,
        Brightness = figures.Brightness, Size = figures.Size, Yaw = figures.Yaw, Pitch = figures.Pitch, CameraId = Camera, LeaseRef = Account,
    };

    private static Guid IdOf(int number) => new($"dec0dec0-de00-7000-8000-{number:x12}");
}

using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Attendance.Web.Doors;
using Attendance.Web.Kiosks;
using Attendance.Web.Rights;
using Attendance.Web.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Languages;

/// <summary>One of each thing that pages show. Each is named by digits.</summary>
/// <param name="Devices">The page that sets a device up, the page that it shows then, and its one-time code.</param>
internal sealed record ShownThings(Guid Person, Guid Group, Guid Session, Guid Schedule, IReadOnlyList<(string Setup, string Page, string Code)> Devices)
{
    private const string Account = "1", Name = "1";

    public IReadOnlyList<Guid> Ids => [Person, Group, Session, Schedule];

    public string Fill(string address) => address.Replace("{person}", Person.ToString(), StringComparison.Ordinal).Replace("{group}", Group.ToString(), StringComparison.Ordinal)
        .Replace("{session}", Session.ToString(), StringComparison.Ordinal);

    public static async Task<ShownThings> AddAsync(WebServer web, CancellationToken cancellationToken)
    {
        await using var scope = web.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var now = DateTime.UtcNow;
        var person = await TestPeople.AddAsync(services, Name, Name, Name, consent: true, [Pose.Front], cancellationToken);
        var group = (await services.GetRequiredService<GroupStore>().AddAsync(Name, Account, cancellationToken)).Group!.Id;
        await services.GetRequiredService<GroupStore>().AddMemberAsync(group, person, Account, cancellationToken);
        var session = (await services.GetRequiredService<AttendanceSessionStore>().AddAsync(
            new(Name, [group], DateOnly.FromDateTime(now), TimeOnly.FromDateTime(now), TimeSpan.FromHours(1), "UTC", Name), Account, cancellationToken))!.Id;
        await services.GetRequiredService<Statements>().RecordAsync(
            new(Guid.NewGuid(), session, person, CheckInMethod.Correction, Mark.Excused, Name, Account), cancellationToken);
        var schedule = await AddScheduleAsync(services, group, cancellationToken);
        await AddListsAsync(services, person, now, cancellationToken);

        var (_, kiosk) = await services.GetRequiredService<KioskStore>().AddAsync(new KioskForm { Name = Name, Place = Name, IsStaffed = true }, Account, cancellationToken);
        var phone = Assert.IsType<PhoneIssue.Issued>(await services.GetRequiredService<PhoneStore>().IssueAsync(person, Account, cancellationToken));
        return new(person, group, session, schedule, [("/kiosk/setup", "/kiosk", kiosk), ("/my-code/setup", "/my-code", phone.Code)]);
    }

    private static async Task<Guid> AddScheduleAsync(IServiceProvider services, Guid group, CancellationToken cancellationToken)
    {
        var form = new ScheduleForm
        {
            Name = Name, Days = [.. Enum.GetValues<DayOfWeek>().Take(3)], Interval = 2, FirstDay = DateOnly.FromDateTime(DateTime.UtcNow), Until = DateOnly.FromDateTime(DateTime.UtcNow).AddYears(1),
            StartsAt = new(9, 0), Duration = 60, Zone = "UTC", LateAfter = 5,
        };
        var schedule = form.ToSchedule(TimeSpan.FromMinutes(15), DateTime.UtcNow);
        Assert.Equal(ScheduleOutcome.Saved, await services.GetRequiredService<ScheduleStore>().AddAsync(schedule, [group], Account, cancellationToken));
        return schedule.Id;
    }

    private static async Task AddListsAsync(IServiceProvider services, Guid person, DateTime now, CancellationToken cancellationToken)
    {
        Assert.True(await services.GetRequiredService<DoorStore>().TryAddAsync(new DoorForm { Name = Name, Place = Name, CameraId = Name }, Account, cancellationToken));
        await services.GetRequiredService<RuleStore>().SetAsync(new RuleForm { Camera = Name, Watch = "admin" }.ToRule(), Account, cancellationToken);
        var db = services.GetRequiredService<AttendanceDb>();
        db.Holidays.Add(new Holiday { Name = Name, Source = Name, FirstDay = DateOnly.FromDateTime(now).AddDays(30), LastDay = DateOnly.FromDateTime(now).AddDays(31) });
        db.ClosedPeriods.Add(new ClosedPeriod { FirstDay = new(2001, 1, 1), LastDay = new(2001, 1, 2), ClosedAt = now, ClosedBy = Account });
        db.FaceDoubts.Add(new FaceDoubt { At = now, Until = now.AddHours(1), KioskId = Name, Place = Name, PersonId = person, Evidence = $$"""{"{{FaceDoubt.WrongFaces}}":5}""" });
        await db.SaveChangesAsync(cancellationToken);
    }
}

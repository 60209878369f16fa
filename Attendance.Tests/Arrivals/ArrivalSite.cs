using System.Globalization;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Attendance.Web.Kiosks;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Arrivals;

internal enum ArrivalWay
{
    Face,
    Paper,
    Phone,
    Code,
}

/// <summary>A person who will arrive.</summary>
/// <param name="Frames">What the camera sees of them: the face or the QR code. Empty if they enter a personal code.</param>
internal sealed record Arrival(Guid PersonId, string FirstName, ArrivalWay Way, string Code, Func<IReadOnlyList<byte[]>> Frames)
{
    public CheckInMethod Method => Way switch { ArrivalWay.Face => CheckInMethod.Face, ArrivalWay.Code => CheckInMethod.Code, _ => CheckInMethod.Qr };
}

/// <summary>
/// A second Web on the system's database. It adds people and reads what was recorded; frames and codes are sent to the system's own
/// Web only.
/// </summary>
internal sealed class ArrivalSite : IAsyncDisposable
{
    private const string Place = "Main door", Account = "test";

    private readonly WebServer _second;

    private ArrivalSite(WebServer second) => _second = second;

    public IReadOnlyList<Arrival> People { get; private set; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Enters people, of whom as many as possible come by face and the others in turn by a QR code on paper, on a phone, and by code.</summary>
    public static async Task<ArrivalSite> OpenAsync(AttendanceSystem system, int people, int byFaceAtMost)
    {
        var site = new ArrivalSite(new WebServer(
            new Uri("http://127.0.0.1:1"), ("Data:Folder", Path.Combine(system.DataFolder, "web")), ("DataProtection:Secret", AttendanceSystem.DataKey)));
        site._second.StartServer();
        var faces = await ArrivalFaces.ReadAsync(byFaceAtMost, Cancel);
        var arrivals = new List<Arrival>();
        await using var scope = site._second.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        for (var i = 0; i < people; i++)
        {
            var way = i < faces.Count ? ArrivalWay.Face : (ArrivalWay)(1 + ((i - faces.Count) % 3));
            arrivals.Add(await AddAsync(services, string.Create(CultureInfo.InvariantCulture, $"P{i:000}"), way, way == ArrivalWay.Face ? faces[i] : null));
        }

        await AddSessionAsync(services, [.. arrivals.Select(arrival => arrival.PersonId)]);
        site.People = arrivals;
        return site;
    }

    /// <returns>The code that sets up another kiosk at the door, beside which somebody stands: pictures do not turn their heads.</returns>
    public async Task<string> KioskAsync(string name)
    {
        await using var scope = _second.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<KioskStore>().AddAsync(new KioskForm { Name = name, Place = Place, IsStaffed = true }, Account, Cancel)).Code;
    }

    public IServiceProvider Services => _second.Services;

    public async Task<IReadOnlyList<CheckInEvent>> RecordedAsync()
    {
        await using var scope = _second.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AttendanceDb>().CheckIns.AsNoTracking().Include(each => each.Sessions).ToListAsync(Cancel);
    }

    /// <returns>How many pictures, templates and doubts are stored.</returns>
    public async Task<(int Pictures, int Templates, int Doubts)> PicturesAsync()
    {
        await using var scope = _second.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        return (await db.ShotPictures.CountAsync(Cancel), await db.ShotTemplates.CountAsync(Cancel), await db.FaceDoubts.CountAsync(Cancel));
    }

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    private static async Task<Arrival> AddAsync(IServiceProvider services, string name, ArrivalWay way, ArrivalFace? face)
    {
        var id = await TestPeople.AddAsync(services, $"{name} Test", name, "", face is not null, face is null ? [] : [Pose.Front], Cancel, face?.Template);
        switch (way)
        {
            case ArrivalWay.Face:
                return new(id, name, way, "", () => face!.Frames);
            case ArrivalWay.Code:
                return new(id, name, way, (await services.GetRequiredService<CodeStore>().IssueCodeAsync(id, Account, Cancel))!, () => []);
            case ArrivalWay.Paper:
                var paper = HeldCode.Frames((await services.GetRequiredService<CodeStore>().IssueQrAsync(id, Account, Cancel))!);
                return new(id, name, way, "", () => paper);
            default:
                var phones = services.GetRequiredService<PhoneStore>();
                var phone = await phones.SetUpAsync(Assert.IsType<PhoneIssue.Issued>(await phones.IssueAsync(id, Account, Cancel)).Code, Cancel);
                var tokens = services.GetRequiredService<QrTokens>();
                return new(id, name, way, "", () => HeldCode.Frames(tokens.ForPhone(phone!.Value).Token));
        }
    }

    private static async Task AddSessionAsync(IServiceProvider services, IReadOnlyList<Guid> people)
    {
        var groups = services.GetRequiredService<GroupStore>();
        var (_, group) = await groups.AddAsync("Everybody", Account, Cancel);
        foreach (var person in people)
        {
            Assert.True(await groups.AddMemberAsync(group!.Id, person, Account, Cancel));
        }

        var db = services.GetRequiredService<AttendanceDb>();
        var start = DateTime.UtcNow;
        var session = new Session
        {
            OriginalDay = DateOnly.FromDateTime(start), OriginalStart = start, Name = "Assembly", Zone = "UTC", Place = Place, PlaceKey = Places.Key(Place),
            Rules = new CheckInOptions { LateAfter = TimeSpan.FromHours(1) }.Rules(),
        };
        session.SetTimes(start, start.AddHours(2), DateOnly.FromDateTime(start));
        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group!.Id });
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
    }
}

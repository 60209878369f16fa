using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Attendance.Web.Schedules;
using Attendance.Web.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Attendance.Benchmarks.CheckIn;

/// <summary>Somebody who comes to a kiosk.</summary>
internal sealed record KioskGuest(string FirstName, byte[] Jpeg);

/// <summary>The processes that check people in, with people who are enrolled and expected now.</summary>
internal sealed class KioskSite : IAsyncDisposable
{
    private const string Place = "Main door", Text = "bench";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-bench-kiosks-");
    private readonly string _secret = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");
    private RedisServer? _redis;
    private CameraApiServer? _api;
    private WebServer? _web;

    private KioskSite()
    {
    }

    public IReadOnlyList<KioskGuest> Guests { get; private set; } = [];

    public Uri Web => _web!.Http.BaseAddress!;

    /// <summary>The processes and all that they have started.</summary>
    public IReadOnlyList<int> Processes => [_redis!.Pid, .. ProcessUsage.Family(_api!.Pid), .. ProcessUsage.Family(_web!.Pid)];

    public static async Task<KioskSite> StartAsync(IReadOnlyList<KioskFace> faces, CancellationToken cancellationToken)
    {
        var site = new KioskSite();
        try
        {
            site._redis = await RedisServer.StartAsync(cancellationToken);
            site._api = await CameraApiServer.StartAsync(site._redis, "bench", new Dictionary<string, string>(), cancellationToken);
            site._web = await WebServer.StartAsync(
                new Dictionary<string, string>
                {
                    ["Accounts:AttemptsPerMinute"] = "100", // every kiosk is set up from here
                    ["CheckIn:Debounce"] = "00:00:01", // so that who comes again is recorded again
                    ["Data:Folder"] = site._folder.FullName,
                    ["DataProtection:Secret"] = site._secret,
                    ["Enrollment:Shots:MinSharpness"] = "1", // the sample pictures are small and were enlarged
                    ["Security:ApiKey"] = site._api.ApiKey,
                    ["Services:camera-api:http:0"] = site._api.Address.ToString(),
                },
                cancellationToken);
            await site.EnrollAsync(faces, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <returns>The codes that set up new kiosks at the door, beside which somebody stands: pictures do not turn their heads.</returns>
    public async Task<IReadOnlyList<string>> AddKiosksAsync(int count, CancellationToken cancellationToken)
    {
        using var host = OpenHost();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var (codes, now) = (Enumerable.Range(0, count).Select(_ => OneTimeCode.New()).ToList(), TimeProvider.System.GetUtcNow().UtcDateTime);
        db.Kiosks.AddRange(codes.Select((code, i) => new Kiosk
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"Kiosk {i + 1}"), Place = Place, IsStaffed = true, Stamp = Guid.NewGuid(), CreatedAt = now,
            SetupCodeHash = OneTimeCode.HashOf(code), SetupCodeUntil = now.AddMinutes(10),
        }));
        await db.SaveChangesAsync(cancellationToken);
        return codes;
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Web's own data and keys, in this process: templates must be sealed as Web seals them.</summary>
    private IHost OpenHost()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, Configuration = new() });
        builder.Configuration.AddInMemoryCollection([new("Data:Folder", _folder.FullName), new("DataProtection:Secret", _secret)]);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddData();
        return builder.Build();
    }

    private async Task EnrollAsync(IReadOnlyList<KioskFace> faces, CancellationToken cancellationToken)
    {
        using var host = OpenHost();
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        var (seal, now) = (new TemplateSeal(scope.ServiceProvider.GetRequiredService<IDataProtectionProvider>()), TimeProvider.System.GetUtcNow().UtcDateTime);
        db.ConsentTexts.Add(new ConsentText { Version = Text, Text = "A text." });
        var group = new Group { CreatedAt = now };
        group.Rename("Everybody");
        db.Groups.Add(group);
        var guests = new List<KioskGuest>();
        foreach (var face in faces)
        {
            var (name, person) = (string.Create(CultureInfo.InvariantCulture, $"P{guests.Count:000}"), new Person { CreatedAt = now });
            person.Agree(new Consent(now, Text, "bench"));
            person.Describe($"{name} Test", name, null, now);
            var shot = new Shot { PersonId = person.Id, Pose = Pose.Front, TakenAt = now, TakenBy = "bench", Width = 640, Height = 480, CameraId = "demo", LeaseRef = "0badcafe" };
            db.AddRange(person, shot, seal.Seal(person.Id, shot.Id, face.Template), new Membership { GroupId = group.Id, PersonId = person.Id, From = now.AddHours(-1) });
            guests.Add(new(name, face.Jpeg));
        }

        var session = new Session
        {
            OriginalDay = DateOnly.FromDateTime(now), OriginalStart = now, Name = "Assembly", Zone = "UTC", Place = Place, PlaceKey = Places.Key(Place), Rules = new CheckInOptions().Rules(),
        };
        session.SetTimes(now, now.AddHours(2), session.OriginalDay);
        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group.Id });
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellationToken);
        Guests = guests;
    }
}

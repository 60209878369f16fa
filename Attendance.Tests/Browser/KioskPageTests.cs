using Attendance.Benchmarks.Subjects;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Kiosks;
using Attendance.Web.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a kiosk's screen. The test decides who stands in front of it: a face that a package ships, or nobody.</summary>
[Trait("Suite", "Browser")]
public sealed class KioskPageTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private const string Place = "The door";

    private RealCameraApi _api = null!;
    private WebServer _web = null!;

    private RealCameraApi Api => _api;

    private WebServer Web => _web;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await CameraApis.BorrowAsync(Cancel);
        _web = new WebServer(_api.Address, ("Enrollment:Shots:MinSharpness", "1")); // the sample pictures are small and were enlarged
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task At_a_kiosk_that_is_watched_a_person_checks_in_by_face_and_another_by_code()
    {
        var man = await EnrolledAsync("Max Mustermann", "M-1");
        var (own, other) = (await SharpAsync(SamplePortraits.TheMan), await SharpAsync(null));
        var (ada, code) = await WithCodeAsync("Ada Lovelace", "A-1");
        await SessionAsync(man, ada);
        await using var device = await DeviceAsync(own[5].Jpeg, other[0].Jpeg, isStaffed: true);
        var page = device.Page;

        await Expect(page.Locator("#words")).ToHaveTextAsync("Look at the camera", new() { Timeout = 20_000 });
        await device.ShowAsync("person");
        await Expect(page.Locator("#words")).ToHaveTextAsync("Welcome, Max", new() { Timeout = 30_000 });
        await Expect(page.Locator("#detail")).ToContainTextAsync("Lesson: present");
        await SaveAsync(page, "kiosk-welcome");
        await Expect(page.Locator("#words")).ToHaveTextAsync("You are checked in", new() { Timeout = 20_000 }); // who stays is not asked again

        await device.ShowAsync("");
        await device.EnterCodeAsync("a-1", "no");
        await Expect(page.Locator("#code-problem")).ToHaveTextAsync("The number or the code is wrong.");
        await SaveAsync(page, "kiosk-code");
        await page.GetByLabel("Your code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check in" }).ClickAsync();
        await Expect(page.Locator("#words")).ToHaveTextAsync("Welcome, Ada");

        var stored = await DbAsync(db => db.CheckIns.OrderBy(each => each.RecordedAt).ToListAsync(Cancel));
        Assert.Equal([(man, CheckInMethod.Face), (ada, CheckInMethod.Code)], stored.Select(each => (each.PersonId, each.Method)));
        Assert.Contains("\"distance\":", stored[0].Evidence, StringComparison.Ordinal);

        Assert.Single(await Api.LiveAsync());
        await page.CloseAsync(new() { RunBeforeUnload = true });
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is free");
    }

    [Fact]
    public async Task At_a_kiosk_that_nobody_watches_a_picture_is_refused_and_a_stranger_is_told_so()
    {
        await SessionAsync(await EnrolledAsync("Max Mustermann", "M-1"));
        var (own, other) = (await SharpAsync(SamplePortraits.TheMan), await SharpAsync(null));
        await using var device = await DeviceAsync(own[5].Jpeg, other[0].Jpeg, isStaffed: false);
        var page = device.Page;

        await device.ShowAsync("person"); // a picture that never turns
        await Expect(page.Locator("#words")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("Turn your head|Blink|Look straight"), new() { Timeout = 30_000 });
        await SaveAsync(page, "kiosk-asked");
        await Expect(page.Locator("#words")).ToHaveTextAsync("That did not work", new() { Timeout = 30_000 });

        await device.ShowAsync("stranger");
        await Expect(page.Locator("#words")).ToHaveTextAsync("You were not recognized", new() { Timeout = 30_000 });
        Assert.Equal(0, await DbAsync(db => db.CheckIns.CountAsync(Cancel)));
    }

    /// <summary>Earlier versions took <c>auto</c>.</summary>
    [Fact]
    public async Task A_kiosk_that_was_given_whichever_camera_is_free_borrows_none_and_says_so()
    {
        await using var device = await DeviceAsync([], [], isStaffed: true, cameraId: IdFormats.AutoCamera);

        await Expect(device.Page.Locator("#trouble")).ToContainTextAsync("This kiosk may not use the camera that was chosen for it.");
        Assert.Empty(await Api.LiveAsync());
    }

    /// <summary>Adds a person with pictures of the man, none of which is shown to the camera later.</summary>
    private async Task<Guid> EnrolledAsync(string name, string number)
    {
        var faces = (await SharpAsync(SamplePortraits.TheMan)).Take(5).Select(portrait => portrait.Face).ToList();
        await using var scope = Web.Services.CreateAsyncScope();
        return await TestPeople.AddAsync(scope.ServiceProvider, name, number, "", consent: true, Poses.All, Cancel, FaceEmbedding.Mean(faces));
    }

    /// <summary>Returns pictures of this person, or of anybody but the man, that are good enough to be recognized.</summary>
    private async Task<IReadOnlyList<(byte[] Jpeg, FaceEmbedding Face)>> SharpAsync(string? person)
    {
        var observer = Web.Services.GetRequiredService<FaceObserver>();
        var found = new List<(byte[], FaceEmbedding)>();
        foreach (var portrait in SamplePortraits.OfGrid.Where(each => person is null ? each.Person != SamplePortraits.TheMan : each.Person == person))
        {
            if (await observer.ObserveAsync(portrait.Jpeg, withEyes: false, Cancel) is FaceObservation.OneFace { Embedding: { } face })
            {
                found.Add((portrait.Jpeg, face));
            }
        }

        return found;
    }

    private async Task<(Guid Id, string Code)> WithCodeAsync(string name, string number)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var id = await TestPeople.AddAsync(scope.ServiceProvider, name, number, "", consent: false, [], Cancel);
        return (id, (await scope.ServiceProvider.GetRequiredService<CodeStore>().IssueCodeAsync(id, "account", Cancel))!);
    }

    /// <summary>A session that has just begun.</summary>
    private async Task SessionAsync(params Guid[] people)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        var groups = scope.ServiceProvider.GetRequiredService<GroupStore>();
        var (_, group) = await groups.AddAsync("Class", "account", Cancel);
        foreach (var person in people)
        {
            Assert.True(await groups.AddMemberAsync(group!.Id, person, "account", Cancel));
        }

        await DbAsync(async db =>
        {
            var start = DateTime.UtcNow;
            var session = new Session
            {
                OriginalDay = DateOnly.FromDateTime(start), OriginalStart = start, Name = "Lesson", Zone = "UTC", Place = Place, PlaceKey = Places.Key(Place),
                Rules = new CheckInOptions().Rules(),
            };
            session.SetTimes(start, start.AddHours(1), DateOnly.FromDateTime(start));
            session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group!.Id });
            db.Sessions.Add(session);
            return await db.SaveChangesAsync(Cancel);
        });
    }

    private async Task<T> DbAsync<T>(Func<AttendanceDb, Task<T>> use)
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }

    private async Task<KioskDevice> DeviceAsync(byte[] person, byte[] stranger, bool isStaffed, string? cameraId = null)
    {
        string code;
        await using (var scope = Web.Services.CreateAsyncScope())
        {
            (_, code) = await scope.ServiceProvider.GetRequiredService<KioskStore>().AddAsync(new KioskForm { Name = "Tablet", Place = Place, CameraId = cameraId, IsStaffed = isStaffed }, "account", Cancel);
        }

        return await KioskDevice.SetUpAsync(chromium, Web.Address, code, new Dictionary<string, byte[]> { ["person"] = person, ["stranger"] = stranger }, Cancel);
    }

    /// <summary>Keeps a screenshot of the page for people to look at.</summary>
    private static Task<byte[]> SaveAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Repository.PathOf("artifacts/screenshots", name + ".png"), FullPage = true });
}

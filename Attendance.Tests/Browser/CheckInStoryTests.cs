using Attendance.Tests.Arrivals;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>How people check in, from an administrator's first group to the last correction: the whole system, at its pages, with a clock that is moved.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class CheckInStoryTests(ChromiumBrowser chromium) : IAsyncLifetime
{
    private const string Place = "Front door", Lesson = "Mathematics", DoorCamera = "demo";

    /// <summary>The angle in degrees to which the head is turned, as far as the challenge asks for.</summary>
    private const double Turn = 30;
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(30);

    /// <summary>What the kiosk's camera can be shown: Ada's head, straight and turned. The test adds a stranger and a QR code.</summary>
    private readonly Dictionary<string, byte[]> _pictures = new()
    {
        ["front"] = TestFaces.Jpeg(Pose.Front), ["left"] = TestFaces.Turned(Turn), ["right"] = TestFaces.Turned(-Turn),
    };

    private ProgramClock? _clock;
    private AttendanceSystem _system = null!;
    private Visit _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clock = ProgramClock.Create();
        Assert.SkipWhen(_clock is null, "libfaketime is not installed (Debian: apt-get install faketime).");
        _system = await AttendanceSystem.StartAsync(
            _clock!, Cancel, "--Doors:LookEvery=00:00:01", "--Doors:FramesPerSecond=1", "--Enrollment:Shots:MinSharpness=1", // the stranger's picture was small, and is enlarged
            "--Liveness:Blink=false", "--Liveness:Steps=2", "--Liveness:MaxPause=00:00:03"); // the rendered head turns only, and the machine may be busy
        _admin = new(_system.Web) { Cookie = _system.Admin.Value };
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        _clock?.Dispose();
    }

    [Fact]
    public async Task People_check_in_others_are_refused_and_what_is_unclear_is_settled_by_people()
    {
        _pictures["stranger"] = (await ArrivalFaces.ReadAsync(1, Cancel))[0].Frames[0];
        await EnrolledPeople.EnrollAsync(_system, _admin, "Ada Lovelace", "A-1", _pictures["front"]);
        await EnrolledPeople.EnrollAsync(_system, _admin, "Eve Lovelace", "E-1", _pictures["front"]); // her twin, who joins the class later
        var bob = await EnrolledPeople.AddAsync(_admin, "Bob Kahn", "B-1");
        var carl = await EnrolledPeople.AddAsync(_admin, "Carl Gauss", "C-1");
        var dora = await EnrolledPeople.AddAsync(_admin, "Dora Maar", "D-1");
        await EnrolledPeople.AddAsync(_admin, "Frank Moore", "F-1");
        (await _admin.PostAsync("/doors", new() { ["Form.Name"] = "Door", ["Form.Place"] = Place, ["Form.CameraId"] = DoorCamera, ["Form.IsWatched"] = "true" })).Leads("/doors");
        Assert.Equal("available", await _system.StateAsync(DoorCamera)); // no session needs it

        await using var window = await _system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await AttendancePages.MakeGroupAsync(page, _system.Web, "Class 7a", "Ada", "Bob", "Carl", "Dora", "Frank");
        var group = new Uri(page.Url).GetLeftPart(UriPartial.Path);
        await AttendancePages.MakeScheduleAsync(page, _system.Web, Lesson, "Class 7a", DateTime.UtcNow, Place);
        await using var kiosk = await KioskDevice.SetUpAsync(chromium, _system.Web, await AttendancePages.AddKioskAsync(page, _system.Web, "Tablet", Place), _pictures, Cancel);
        await kiosk.SaysAsync("Look at the camera");
        await DoorCameraIsAsync("held");

        await StrangersAndPicturesAreRefusedAsync(kiosk);
        await OpenSheetAsync(page);
        await Expect(AttendancePages.MarkOf(page, "Ada")).ToHaveTextAsync("Not yet");

        await ObeyAsync(kiosk);
        await kiosk.SaysAsync("Welcome, Ada");
        await Expect(kiosk.Detail).ToContainTextAsync($"{Lesson}: present");
        await kiosk.ShowAsync("");
        await page.GotoAsync(group);
        await AttendancePages.AddToGroupAsync(page, "Eve");

        await kiosk.EnterCodeAsync("B-1", await CodeAsync(page, bob));
        await kiosk.SaysAsync("Welcome, Bob");
        _pictures["code"] = HeldCode.Frames(await QrAsync(page, carl))[0];
        await kiosk.ShowAsync("code");
        await kiosk.SaysAsync("Welcome, Carl");

        await TwinIsTheOperatorsToTellAsync(kiosk, page);
        await TimePassesAsync(kiosk, page, await CodeAsync(page, dora));

        await AttendancePages.CorrectAsync(page, "Frank Moore", "excused", "Was at the dentist");
        await Expect(AttendancePages.ChangesOf(page)).ToContainTextAsync("Mark corrected, Absent to Excused (“Was at the dentist”)");
        await Expect(AttendancePages.ChangesOf(page)).ToContainTextAsync("admin");

        await DoorCameraIsAsync("available");
        await kiosk.Page.CloseAsync(new() { RunBeforeUnload = true });
        await Eventually.TrueAsync(async () => await _system.ActiveCamerasAsync() == 0, s_bound, "no camera is held");
    }

    /// <summary>Somebody whom nobody knows; Ada's picture, which never turns; a film of her at another challenge; and a frame that was sent before.</summary>
    private static async Task StrangersAndPicturesAreRefusedAsync(KioskDevice kiosk)
    {
        await kiosk.ShowAsync("stranger");
        await kiosk.SaysAsync("You were not recognized");

        await kiosk.ShowAsync("front");
        await kiosk.AskedForLeftAsync(step: 1);
        await kiosk.SaysAsync("That did not work");
        await Expect(kiosk.Detail).ToContainTextAsync("That took too long.");

        await kiosk.ShowAsync(await kiosk.AskedForLeftAsync(step: 1) ? "right" : "left");
        await kiosk.SaysAsync("That did not work");
        await Expect(kiosk.Detail).ToContainTextAsync("That was the other side.");
        await kiosk.ShowAsync("");

        var (status, answer) = await kiosk.SendLastFrameAgainAsync();
        while (status == 429) // while the kiosk's own frame is looked at
        {
            (status, answer) = await kiosk.SendLastFrameAgainAsync();
        }

        Assert.Equal(400, status);
        Assert.True(answer.GetProperty("errors").TryGetProperty("sequence", out _), $"{answer}");
    }

    /// <summary>Ada does what she is asked for.</summary>
    private static async Task ObeyAsync(KioskDevice kiosk)
    {
        await kiosk.ShowAsync("front");
        for (var step = 1; step <= 2; step++)
        {
            var isLeft = await kiosk.AskedForLeftAsync(step);
            await kiosk.ShowUntilSeenAsync("front");
            await kiosk.ShowAsync(isLeft ? "left" : "right");
        }
    }

    private async Task TwinIsTheOperatorsToTellAsync(KioskDevice kiosk, IPage page)
    {
        await kiosk.ShowAsync("front");
        await kiosk.SaysAsync("Please use your code, or ask");
        await kiosk.ShowAsync("");

        await page.GotoAsync(new Uri(_system.Web, "/attendance/doubts").ToString());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Ada Lovelace" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Eve Lovelace" }).ClickAsync();
        await Expect(page.GetByText("No doubts")).ToBeVisibleAsync();
        await OpenSheetAsync(page);
        foreach (var name in (string[])["Ada", "Bob", "Carl", "Eve"])
        {
            await Expect(AttendancePages.MarkOf(page, name)).ToHaveTextAsync("Present");
        }

        await Expect(AttendancePages.MarkOf(page, "Dora")).ToHaveTextAsync("Not yet");
    }

    /// <summary>Dora comes late, Frank does not come, and the session ends. Leaves the sheet open.</summary>
    private async Task TimePassesAsync(KioskDevice kiosk, IPage page, string code)
    {
        _clock!.Set(TimeSpan.FromMinutes(25)); // 20 after the start
        await kiosk.EnterCodeAsync("D-1", code);
        await kiosk.SaysAsync("Welcome, Dora");
        await Expect(kiosk.Detail).ToContainTextAsync($"{Lesson}: late");
        await OpenSheetAsync(page);
        await Expect(AttendancePages.MarkOf(page, "Frank")).ToHaveTextAsync("Not yet");

        _clock.Set(TimeSpan.FromMinutes(90));
        await page.ReloadAsync();
        await Expect(AttendancePages.MarkOf(page, "Dora")).ToHaveTextAsync("Late");
        await Expect(AttendancePages.MarkOf(page, "Frank")).ToHaveTextAsync("Absent");
        await kiosk.SaysAsync("No session is open");
    }

    private async Task OpenSheetAsync(IPage page)
    {
        await page.GotoAsync(new Uri(_system.Web, "/attendance").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = Lesson }).ClickAsync();
    }

    private async Task<string> CodeAsync(IPage page, string person)
    {
        await page.GotoAsync(new Uri(_system.Web, $"/people/{person}/codes").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Issue a code" }).ClickAsync();
        return await page.Locator("#code").InnerTextAsync();
    }

    private async Task<string> QrAsync(IPage page, string person)
    {
        await page.GotoAsync(new Uri(_system.Web, $"/people/{person}/codes").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Issue a QR code" }).ClickAsync();
        return (await AttendancePages.ReadQrAsync(page.GetByRole(AriaRole.Img, new() { Name = "QR code" })))!;
    }

    private Task<TimeSpan> DoorCameraIsAsync(string state) =>
        Eventually.TrueAsync(async () => await _system.StateAsync(DoorCamera) == state, s_bound, $"the camera of the door is {state}");
}

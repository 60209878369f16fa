using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Attendance.Web.Enrollment;
using Attendance.Web.Http;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>Tests the capture page, with a proxy between it and Web and a rendered person in front of its camera.</summary>
[Trait("Suite", "Browser")]
public sealed class CapturePageTests(ChromiumBrowser chromium) : WebTest, IAsyncLifetime
{
    private static readonly string[] s_poses = ["front", "left", "right", "up", "down"];

    private ShotTraffic? _shots;

    private ShotTraffic Shots => _shots!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _shots = await ShotTraffic.StartAsync(Web, Cancel);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        if (_shots is not null)
        {
            await _shots.DisposeAsync();
        }

        await DisposeAsync();
    }

    [Fact]
    public async Task All_five_poses_are_taken_by_themselves_and_the_camera_is_given_back()
    {
        var film = Path.Combine(Path.GetTempPath(), $"attendance-{Guid.NewGuid():N}.mjpeg");
        try
        {
            await TestFaces.WriteMotionJpegAsync(film, cancel: Cancel);
            await using var browser = await chromium.LaunchAsync(Cancel, arguments: $"--use-file-for-fake-video-capture={film}");
            await using var window = await WindowAsync(browser);
            await window.AddInitScriptAsync("localStorage.setItem('enrollment_camera', 'device')");
            var page = await OpenAsync(window);

            await Expect(Prompt(page)).ToHaveTextAsync("All pictures are there. The camera is given back.", new() { Timeout = 90_000 });

            Assert.Equal(s_poses, Shots.Sent.Select(shot => shot.Pose));
            var (lease, reason, _) = Assert.Single(await Api.EndedAsync());
            Assert.Equal("client", reason);
            Assert.All(Shots.Sent, shot =>
            {
                Assert.Equal((lease.CameraId, lease.LeaseId, lease.FencingToken, false), (shot.CameraId, shot.LeaseId, shot.Token, shot.Manual));
                Assert.Equal([0xFF, 0xD8], shot.Picture[..2]);
                Assert.InRange(shot.Picture.Length, 10_000, 1_000_000);
            });
            await Expect(page.Locator("#count")).ToHaveTextAsync("5 of 5 taken");
            await Expect(page.Locator("#done")).ToHaveTextAsync("Back to Ada Lovelace");
            Assert.Equal($"/people/{TestPeople.Known}", await page.Locator("#done").GetAttributeAsync("href"));
            await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is given back");
        }
        finally
        {
            File.Delete(film);
        }
    }

    [Fact]
    public async Task Whoever_comes_back_goes_on_where_they_were()
    {
        await Shots.KeepAsync(Cancel, Pose.Front, Pose.Left);
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);

        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your right");
        await Expect(page.Locator("#count")).ToHaveTextAsync("2 of 5 taken");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");
        await ActingCamera.ShowAsync(page, "right");
        await Expect(Prompt(page)).ToHaveTextAsync("Raise your chin slowly");
        await ActingCamera.ShowAsync(page, "up"); // the pose is judged against the front shot that the server has
        await Expect(Prompt(page)).ToHaveTextAsync("Lower your chin slowly");

        await Eventually.TrueAsync(() => Shots.Sent.Count == 2, "both are sent");
        Assert.Equal(["right", "up"], Shots.Sent.Select(shot => shot.Pose));
    }

    [Fact]
    public async Task With_all_pictures_there_no_camera_is_taken_and_one_can_be_taken_anew()
    {
        await Shots.KeepAsync(Cancel, Enum.GetValues<Pose>());
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Expect(Prompt(page)).ToHaveTextAsync("All pictures are there");
        Assert.DoesNotContain(Api.Requests, sent => sent.Target.StartsWith("/api/leases", StringComparison.Ordinal));

        await page.GetByRole(AriaRole.Button, new() { Name = "Retake: To the left" }).ClickAsync();
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep the former picture" }).ClickAsync();
        await Expect(page.Locator("#count")).ToHaveTextAsync("5 of 5 taken");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is given back");
        Assert.Empty(Shots.Sent);

        await page.GetByRole(AriaRole.Button, new() { Name = "Retake: To the left" }).ClickAsync();
        await ActingCamera.ShowAsync(page, "left");
        await Expect(Prompt(page)).ToHaveTextAsync("All pictures are there. The camera is given back.");
        Assert.Equal("left", Assert.Single(Shots.Sent).Pose);
    }

    [Theory]
    [InlineData("dark", "Too dark: turn on a light or face a window.")]
    [InlineData("blurred", "Blurred: hold still.")]
    [InlineData("far", "Move closer.")]
    [InlineData("two", "More than one face is to be seen")]
    [InlineData("nobody", "No face is to be seen")]
    [InlineData("left", "Look straight into the camera.")]
    public async Task A_flaw_in_the_frame_is_explained_and_no_picture_is_taken(string shown, string words)
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, shown);

        await Expect(Hint(page)).ToContainTextAsync(words);
        Assert.Empty(Shots.Sent);
    }

    [Fact]
    public async Task A_picture_that_the_server_finds_not_good_is_asked_for_again_with_its_reason()
    {
        Shots.AnswerNext(EnrollmentProblems.NotGood(["too_dark", "blurred"]));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(Hint(page)).ToHaveTextAsync("The picture was checked again and not taken. Too dark: turn on a light or face a window.");
        await Expect(Prompt(page)).ToHaveTextAsync("Look straight into the camera");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left"); // the second picture is accepted
        await Eventually.TrueAsync(() => Shots.Sent.Count == 2, "it is sent again");
        Assert.Equal(["front", "front"], Shots.Sent.Select(shot => shot.Pose));
    }

    [Fact]
    public async Task A_picture_whose_lease_had_ended_is_asked_for_again()
    {
        Shots.AnswerNext(EnrollmentProblems.LeaseEnded("expired"));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(Hint(page)).ToContainTextAsync("The camera had been given back before this picture arrived");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
        await Eventually.TrueAsync(() => Shots.Sent.Count == 2, "it is sent again");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(503)]
    [InlineData(401)]
    public async Task What_was_taken_while_the_server_is_away_is_kept_in_memory_only_and_sent_later(int status)
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Expect(Prompt(page)).ToHaveTextAsync("Look straight into the camera");
        if (status == 0)
        {
            Shots.IsAway = true;
        }
        else
        {
            var answer = status == 401 ? ApiProblems.SignedOut() : EnrollmentProblems.FaceCheckUnavailable();
            Shots.AnswerNext(answer, answer);
        }

        await ActingCamera.ShowAsync(page, "front");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Kept here until it can be sent");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("leave it open");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left"); // nobody has to wait for the server
        Assert.Equal("0", await page.EvaluateAsync<string>(
            """
            async () => {
                const stored = [...Object.values(localStorage), ...Object.values(sessionStorage)].filter(value => value.length > 300);
                return String(stored.length + (await indexedDB.databases()).length + (await caches.keys()).length);
            }
            """));
        if (status == 401)
        {
            await Expect(page.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToHaveAttributeAsync("href", "/sign-in");
        }

        Shots.IsAway = false;
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        Assert.Equal([Pose.Front], await Shots.KeptAsync(Cancel));
    }

    [Fact]
    public async Task The_button_takes_what_is_to_be_seen_and_says_that_it_was_pressed()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "left"); // stands for a person who cannot turn the head back
        await Expect(page.Locator("#take")).ToHaveAttributeAsync("aria-disabled", "false");

        await page.Locator("#take").FocusAsync();
        await page.Keyboard.PressAsync("Space");

        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken by hand");
        var shot = Shots.Sent[0];
        Assert.Equal(("front", true), (shot.Pose, shot.Manual));
    }

    [Theory]
    [InlineData("**/lib/human/human.esm.js")]
    [InlineData("**/lib/human/blazeface.bin")]
    [InlineData("**/lib/tfjs-wasm/*.wasm")]
    public async Task Where_faces_cannot_be_found_that_is_said_and_the_button_works(string missing)
    {
        await using var window = await WindowAsync();
        await window.RouteAsync(missing, route => route.AbortAsync());
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This browser cannot find faces");
        await Expect(Hint(page)).ToContainTextAsync("Press “Take picture”");
        await ActingCamera.ShowAsync(page, "front");
        await page.Locator("#take").ClickAsync();
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken by hand");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
    }

    [Fact]
    public async Task A_hidden_page_looks_for_no_faces()
    {
        await using var window = await WindowAsync();
        await window.AddInitScriptAsync(
            """
            window.isHidden = false;
            Object.defineProperty(document, 'visibilityState', { get: () => window.isHidden ? 'hidden' : 'visible' });
            window.looks = 0;
            const draw = CanvasRenderingContext2D.prototype.drawImage;
            CanvasRenderingContext2D.prototype.drawImage = function (...given) {
                if (given[0] instanceof HTMLVideoElement) window.looks++;
                return draw.apply(this, given);
            };
            """);
        var page = await OpenAsync(window);
        await page.WaitForFunctionAsync("() => looks > 3");

        await page.EvaluateAsync("() => { isHidden = true; document.dispatchEvent(new Event('visibilitychange')); looks = 0; }");
        await ActingCamera.ShowAsync(page, "front");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Paused");
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Cancel); // there is no event to wait for, because nothing must happen
        Assert.Equal(0, await page.EvaluateAsync<int>("() => looks"));
        Assert.Empty(Shots.Sent);

        await page.EvaluateAsync("() => { isHidden = false; document.dispatchEvent(new Event('visibilitychange')); }");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
    }

    [Fact]
    public async Task The_best_camera_is_one_of_the_server_and_its_name_is_said()
    {
        using var camera = new FaultCamera("demo");
        await UseFaultCameraAsync(camera);
        await using var window = await WindowAsync(choice: "auto");
        var page = await OpenAsync(window);

        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: Reception desk");
        await Expect(page.Locator("#choice option").Nth(1)).ToContainTextAsync("Reception desk — "); // its state follows, which may be due to this page
        var lease = Assert.Single(await Api.LiveAsync());
        Assert.Equal("demo", lease.CameraId);
        Assert.Contains("\"requirements\":{\"test_pattern\":false}", Api.Requests.First(sent => sent is { Method: "POST", Target: "/api/leases" }).Body, StringComparison.Ordinal);

        await page.Locator("#take").ClickAsync();
        await Eventually.TrueAsync(() => Shots.Sent.Count == 1, "the picture is sent");
        Assert.Equal(("demo", lease.LeaseId, lease.FencingToken), (Shots.Sent[0].CameraId, Shots.Sent[0].LeaseId, Shots.Sent[0].Token));
    }

    [Fact]
    public async Task Where_no_camera_of_the_server_is_free_this_devices_is_used_and_that_is_said()
    {
        using var camera = new FaultCamera("demo");
        await UseFaultCameraAsync(camera);
        await Api.HoldByAnotherAsync("demo");
        await using var window = await WindowAsync(choice: "auto");
        var page = await OpenAsync(window);

        await Expect(page.Locator("#choice-note")).ToHaveTextAsync("No camera of the server is free, so this device’s camera is used.");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        Assert.Contains(await Api.LiveAsync(), lease => lease.CameraId.StartsWith("browser-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_camera_is_chosen_and_remembered()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

        await page.Locator("#choice").SelectOptionAsync("server:demo");
        await Eventually.TrueAsync(async () => await Api.LiveAsync() is [{ CameraId: "demo" }], "only the server's camera is held");
        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: Reception desk");

        await page.ReloadAsync();
        await Expect(page.Locator("#choice")).ToHaveValueAsync("server:demo");
    }

    [Fact]
    public async Task Without_consent_no_camera_is_taken_until_it_is_recorded()
    {
        var isWithdrawn = new TaskCompletionSource();
        Shots.HoldList(isWithdrawn.Task); // without consent there is no such page: it is withdrawn while the page is loaded
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Shots.SetConsentAsync(false, Cancel);
        isWithdrawn.SetResult();

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This person’s consent is not recorded");
        Assert.Empty(await Api.LiveAsync());

        await Shots.SetConsentAsync(true, Cancel);
        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))"); // back from the tab where it was recorded
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task Consent_that_is_withdrawn_ends_it_and_gives_the_camera_back()
    {
        Shots.AnswerNext(EnrollmentProblems.ConsentMissing());
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This person’s consent is not recorded");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is given back");
        Assert.Single(Shots.Sent);
    }

    [Theory]
    [InlineData(401, "sign_in_required", "You are signed out.")]
    [InlineData(404, "unknown_person", "There is no such person any more.")]
    public async Task Who_may_not_take_pictures_is_told_why(int status, string code, string words)
    {
        Shots.RefuseList(new Problem(status, code, "It is refused."));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        Assert.Empty(await Api.LiveAsync());
    }

    [Fact]
    public async Task A_camera_that_is_refused_to_whoever_is_signed_out_says_where_to_sign_in()
    {
        Api.Proxy.Refuse("POST", "/api/leases", new Problem(401, ProblemCodes.SignInRequired, "Sign in first."));
        await using var window = await WindowAsync(choice: "server:demo");
        var page = await OpenAsync(window);

        await Expect(page.Locator("#state")).ToContainTextAsync("You are signed out.");
        await Expect(page.Locator("#state a")).ToHaveAttributeAsync("href", "/sign-in");
    }

    [Fact]
    public async Task A_camera_that_is_taken_over_loses_no_picture()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");

        var camera = Assert.Single(await Api.LiveAsync()).CameraId;
        var other = await Api.HoldByAnotherAsync(camera, takeover: true);

        await Expect(page.Locator("#state")).ToContainTextAsync("Somebody else has taken the camera over.");
        await Expect(Prompt(page)).ToHaveTextAsync("Start the camera to go on");
        await Expect(page.Locator("#take")).ToHaveAttributeAsync("aria-disabled", "true");
        Assert.Equal([Pose.Front], await Shots.KeptAsync(Cancel));
        await Api.LeaveAsync(other.SessionId, "client");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
    }

    [Fact]
    public async Task Ctrl_Shift_C_stops_the_camera_and_nothing_that_was_taken_is_lost()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
        await page.Keyboard.PressAsync("Control+Shift+KeyC");

        await Expect(page.Locator("#state")).ToHaveTextAsync("Stopped by Ctrl+Shift+C. The camera is free for others.");
        await Expect(Prompt(page)).ToHaveTextAsync("Start the camera to go on");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
    }

    [Theory]
    [InlineData("Stop camera")]
    [InlineData("Control+Shift+KeyC")]
    [InlineData("Done")]
    public async Task A_picture_that_is_being_sent_arrives_before_the_camera_is_given_back(string how)
    {
        var arrives = new TaskCompletionSource();
        Shots.HoldShots(arrives.Task);
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");
        await Eventually.TrueAsync(() => Shots.Sent.Count == 1, "the picture is on its way");

        await EndAsync(page, how);
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Stopping");
        await Expect(page.Locator("#video")).ToHaveJSPropertyAsync("srcObject", null!); // the device itself is free at once
        Assert.Single(await Api.LiveAsync());
        arrives.SetResult();

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is given back");
        Assert.Equal([Pose.Front], await Shots.KeptAsync(Cancel));
        Assert.Equal("front", Assert.Single(Shots.Sent).Pose);
        await Expect(page).ToHaveURLAsync(new Regex(how == "Done" ? $"/people/{TestPeople.Known}$" : "/capture$"));
    }

    [Fact]
    public async Task The_camera_is_given_back_although_a_picture_does_not_arrive()
    {
        Shots.HoldShots(new TaskCompletionSource().Task);
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");
        await Eventually.TrueAsync(() => Shots.Sent.Count == 1, "the picture is on its way");

        await EndAsync(page, "Stop camera");

        await Expect(page.Locator("#state")).ToHaveTextAsync("Stopped. The camera is free for others.");
        Assert.Empty(await Api.LiveAsync());
        Assert.Empty(await Shots.KeptAsync(Cancel));
    }

    private static Task EndAsync(IPage page, string how) => how switch
    {
        "Done" => page.Locator("#done").ClickAsync(),
        "Stop camera" => page.Locator("#stop").ClickAsync(),
        _ => page.Keyboard.PressAsync(how),
    };

    private static ILocator Prompt(IPage page) => page.Locator("#prompt");

    private static ILocator Hint(IPage page) => page.Locator("#hint");

    private static ILocator Row(IPage page, string pose) => page.Locator("#poses li", new() { HasText = pose });

    private async Task<IBrowserContext> WindowAsync(string choice = "device")
    {
        var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync($"if (localStorage.getItem('enrollment_camera') === null) localStorage.setItem('enrollment_camera', '{choice}');");
        await ActingCamera.ReplaceAsync(window);
        return window;
    }

    /// <summary>Makes the server's camera one that does not count as a test pattern, because the page's <c>auto</c> takes no test pattern.</summary>
    private async Task UseFaultCameraAsync(FaultCamera camera)
    {
        await UseAsync(camera.Setting, "--Cameras:demo:Name=Reception desk", "--Capture:AllowFaultCameras=true");
        await Shots.DisposeAsync();
        _shots = await ShotTraffic.StartAsync(Web, Cancel);
    }

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Shots.Address, $"/people/{TestPeople.Known}/capture").ToString());
        return page;
    }
}

using Attendance.Tests.Enrollment;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>The capture page in front of a recorded enrollment API, and a rendered person in front of its camera.</summary>
[Trait("Suite", "Browser")]
public sealed class CapturePageTests(ChromiumBrowser chromium) : WebTest, IAsyncLifetime
{
    private static readonly string[] s_poses = ["front", "left", "right", "up", "down"];

    private FakeEnrollmentApi? _enrollment;

    private FakeEnrollmentApi Enrollment => _enrollment!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _enrollment = await FakeEnrollmentApi.StartAsync(Cancel);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        if (_enrollment is not null)
        {
            await _enrollment.DisposeAsync();
        }
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

            Assert.Equal(s_poses, Enrollment.Sent.Select(shot => shot.Pose));
            var lease = Assert.Single(Api.Ended);
            Assert.Equal("client", lease.EndedBecause);
            Assert.All(Enrollment.Sent, shot =>
            {
                Assert.Equal((lease.CameraId, lease.Id, lease.Token, false), (shot.CameraId, shot.LeaseId, shot.Token, shot.Manual));
                Assert.Equal([0xFF, 0xD8], shot.Picture[..2]);
                Assert.InRange(shot.Picture.Length, 10_000, 1_000_000);
            });
            await Expect(page.Locator("#count")).ToHaveTextAsync("5 of 5 taken");
            await Expect(page.Locator("#done")).ToHaveTextAsync("Back to Ada Lovelace");
            Assert.Equal($"/people/{FakeEnrollmentApi.Person}", await page.Locator("#done").GetAttributeAsync("href"));
            await Eventually.TrueAsync(() => Api.Live.Count == 0, "the camera is given back");
        }
        finally
        {
            File.Delete(film);
        }
    }

    [Fact]
    public async Task Whoever_comes_back_goes_on_where_they_were()
    {
        Enrollment.Keep(Pose.Front, ActingCamera.Picture("front"));
        Enrollment.Keep(Pose.Left, ActingCamera.Picture("left"));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);

        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your right");
        await Expect(page.Locator("#count")).ToHaveTextAsync("2 of 5 taken");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");
        await ActingCamera.ShowAsync(page, "right");
        await Expect(Prompt(page)).ToHaveTextAsync("Raise your chin slowly");
        await ActingCamera.ShowAsync(page, "up"); // judged against the front shot that the server has
        await Expect(Prompt(page)).ToHaveTextAsync("Lower your chin slowly");

        await Eventually.TrueAsync(() => Enrollment.Sent.Count == 2, "both are sent");
        Assert.Equal(["right", "up"], Enrollment.Sent.Select(shot => shot.Pose));
    }

    [Fact]
    public async Task With_all_pictures_there_no_camera_is_taken_and_one_can_be_taken_anew()
    {
        foreach (var pose in Enum.GetValues<Pose>())
        {
            Enrollment.Keep(pose, ActingCamera.Picture("front"));
        }

        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Expect(Prompt(page)).ToHaveTextAsync("All pictures are there");
        Assert.DoesNotContain(Api.Requests, sent => sent.Target.StartsWith("/api/leases", StringComparison.Ordinal));

        await page.GetByRole(AriaRole.Button, new() { Name = "Retake: To the left" }).ClickAsync();
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep the former picture" }).ClickAsync();
        await Expect(page.Locator("#count")).ToHaveTextAsync("5 of 5 taken");
        await Eventually.TrueAsync(() => Api.Live.Count == 0, "the camera is given back");
        Assert.Empty(Enrollment.Sent);

        await page.GetByRole(AriaRole.Button, new() { Name = "Retake: To the left" }).ClickAsync();
        await ActingCamera.ShowAsync(page, "left");
        await Expect(Prompt(page)).ToHaveTextAsync("All pictures are there. The camera is given back.");
        Assert.Equal("left", Assert.Single(Enrollment.Sent).Pose);
    }

    [Theory]
    [InlineData("dark", "Too dark: turn on a light or face a window.")]
    [InlineData("blurred", "Blurred: hold still.")]
    [InlineData("far", "Move closer.")]
    [InlineData("two", "More than one face is to be seen")]
    [InlineData("nobody", "No face is to be seen")]
    [InlineData("left", "Look straight into the camera.")]
    public async Task What_is_in_the_way_is_said_and_no_picture_is_taken(string shown, string words)
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, shown);

        await Expect(Hint(page)).ToContainTextAsync(words);
        Assert.Empty(Enrollment.Sent);
    }

    [Fact]
    public async Task A_picture_that_the_server_finds_not_good_is_asked_for_again_with_its_reason()
    {
        Enrollment.AnswerNext(new FakeEnrollmentApi.Answer(422, "shot_not_good", "too_dark", "blurred"));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(Hint(page)).ToHaveTextAsync("The picture was checked again and not taken. Too dark: turn on a light or face a window.");
        await Expect(Prompt(page)).ToHaveTextAsync("Look straight into the camera");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left"); // and now it is good
        await Eventually.TrueAsync(() => Enrollment.Sent.Count == 2, "it is sent again");
        Assert.Equal(["front", "front"], Enrollment.Sent.Select(shot => shot.Pose));
    }

    [Fact]
    public async Task A_picture_whose_lease_had_ended_is_asked_for_again()
    {
        Enrollment.AnswerNext(new FakeEnrollmentApi.Answer(410, "lease_ended"));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(Hint(page)).ToContainTextAsync("The camera had been given back before this picture arrived");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
        await Eventually.TrueAsync(() => Enrollment.Sent.Count == 2, "it is sent again");
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
            Enrollment.IsAway = true;
        }
        else
        {
            var answer = new FakeEnrollmentApi.Answer(status, status == 401 ? "sign_in_required" : "face_check_unavailable");
            Enrollment.AnswerNext(answer, answer);
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

        Enrollment.IsAway = false;
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        Assert.Equal(["front"], Enrollment.Kept);
    }

    [Fact]
    public async Task The_button_takes_what_is_to_be_seen_and_says_that_it_was_pressed()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "left"); // of somebody who cannot turn the head back
        await Expect(page.Locator("#take")).ToHaveAttributeAsync("aria-disabled", "false");

        await page.Locator("#take").FocusAsync();
        await page.Keyboard.PressAsync("Space");

        await Expect(Row(page, "Straight")).ToContainTextAsync("Taken by hand");
        var shot = Enrollment.Sent[0];
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
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Cancel); // nothing to wait for: nothing happens
        Assert.Equal(0, await page.EvaluateAsync<int>("() => looks"));
        Assert.Empty(Enrollment.Sent);

        await page.EvaluateAsync("() => { isHidden = false; document.dispatchEvent(new Event('visibilitychange')); }");
        await Expect(Prompt(page)).ToHaveTextAsync("Turn your head slowly to your left");
    }

    [Fact]
    public async Task The_best_camera_is_one_of_the_server_and_its_name_is_said()
    {
        await using var window = await WindowAsync(choice: "auto");
        var page = await OpenAsync(window);

        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: Reception desk");
        await Expect(page.Locator("#choice option").Nth(1)).ToHaveTextAsync("Reception desk — available");
        var lease = Assert.Single(Api.Live);
        Assert.Equal("demo", lease.CameraId);
        Assert.Contains("\"requirements\":{\"test_pattern\":false}", Api.Requests.First(sent => sent is { Method: "POST", Target: "/api/leases" }).Body, StringComparison.Ordinal);

        await page.Locator("#take").ClickAsync();
        await Eventually.TrueAsync(() => Enrollment.Sent.Count == 1, "the picture is sent");
        Assert.Equal(("demo", lease.Id, lease.Token), (Enrollment.Sent[0].CameraId, Enrollment.Sent[0].LeaseId, Enrollment.Sent[0].Token));
    }

    [Fact]
    public async Task Where_no_camera_of_the_server_is_free_this_devices_is_used_and_that_is_said()
    {
        Api.HoldByAnother("demo");
        await using var window = await WindowAsync(choice: "auto");
        var page = await OpenAsync(window);

        await Expect(page.Locator("#choice-note")).ToHaveTextAsync("No camera of the server is free, so this device’s camera is used.");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        Assert.Contains(Api.Live, lease => lease.CameraId.StartsWith("browser-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_camera_is_chosen_and_remembered()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

        await page.Locator("#choice").SelectOptionAsync("server:demo");
        await Eventually.TrueAsync(() => Api.Live is [{ CameraId: "demo" }], "only the server's camera is held");
        await Expect(page.Locator("#facts")).ToHaveTextAsync("Camera: Reception desk");

        await page.ReloadAsync();
        await Expect(page.Locator("#choice")).ToHaveValueAsync("server:demo");
    }

    [Fact]
    public async Task Without_consent_no_camera_is_taken_until_it_is_recorded()
    {
        Enrollment.Consent = false;
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This person’s consent is not recorded");
        Assert.Empty(Api.Live);

        Enrollment.Consent = true;
        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))"); // back from the tab where it was recorded
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task Consent_that_is_withdrawn_ends_it_and_gives_the_camera_back()
    {
        Enrollment.AnswerNext(new FakeEnrollmentApi.Answer(403, "consent_missing"));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);
        await ActingCamera.ShowAsync(page, "front");

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This person’s consent is not recorded");
        await Eventually.TrueAsync(() => Api.Live.Count == 0, "the camera is given back");
        Assert.Single(Enrollment.Sent);
    }

    [Theory]
    [InlineData(401, "sign_in_required", "You are signed out.")]
    [InlineData(404, "unknown_person", "There is no such person any more.")]
    public async Task Who_may_not_take_pictures_is_told_why(int status, string code, string words)
    {
        Enrollment.Refusal = new(status, code);
        await using var window = await WindowAsync();
        var page = await OpenAsync(window);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(words);
        Assert.Empty(Api.Live);
    }

    [Fact]
    public async Task A_camera_that_is_refused_to_whoever_is_signed_out_says_where_to_sign_in()
    {
        Api.Refusals["demo"] = new(401, "sign_in_required");
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

        Api.End("takeover");

        await Expect(page.Locator("#state")).ToContainTextAsync("Somebody else has taken the camera over.");
        await Expect(Prompt(page)).ToHaveTextAsync("Start the camera to go on");
        await Expect(page.Locator("#take")).ToHaveAttributeAsync("aria-disabled", "true");
        Assert.Equal(["front"], Enrollment.Kept);
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

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        await Enrollment.LeadHereAsync(window);
        await FakeEnrollmentApi.AddPersonAsync(Web, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, $"/people/{FakeEnrollmentApi.Person}/capture").ToString());
        return page;
    }
}

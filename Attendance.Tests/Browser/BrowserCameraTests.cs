using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests the page of this device's own camera with Chromium's fake camera and a real <c>getUserMedia</c>.</summary>
[Trait("Suite", "Browser")]
public sealed class BrowserCameraTests(ChromiumBrowser chromium) : WebTest
{
    /// <summary>Keeps every stream that the page was ever given.</summary>
    private const string KeepStreams =
        """
        window.streams = [];
        const ask = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = async function (wish) {
            const stream = await ask.call(this, wish);
            window.streams.push(stream);
            return stream;
        };
        """;

    private const string OpenTracks = "() => streams.flatMap(s => s.getTracks()).filter(t => t.readyState === 'live').length";

    [Fact]
    public async Task A_devices_camera_is_borrowed_shown_and_given_back()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);

        var lease = Assert.Single(await Api.LiveAsync());
        Assert.Matches("^browser-[0-9a-f]{32}-[0-9a-f]{16}$", lease.CameraId);
        Assert.Equal(1, await page.EvaluateAsync<int>(OpenTracks));
        await page.WaitForFunctionAsync("() => document.getElementById('picture').currentTime > 0.2");

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Stopped. The camera is free for others.");
        Assert.Equal("client", Assert.Single(await Api.EndedAsync()).Reason);
        Assert.Equal(0, await page.EvaluateAsync<int>(OpenTracks));
        await Eventually.TrueAsync(() => Api.Presence.Open == 0, "the socket is closed");

        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await LiveAsync(page);
        Assert.Equal(lease.CameraId, Assert.Single(await Api.LiveAsync()).CameraId);
    }

    [Fact]
    public async Task Neither_name_nor_id_of_the_device_reaches_the_server()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);

        var (label, device) = await page.EvaluateAsync<string[]>("() => { const t = streams[0].getTracks()[0]; return [t.label, t.getSettings().deviceId]; }")
            is [var name, var id] ? (name, id) : ("", "");
        Assert.NotEmpty(label);
        Assert.NotEmpty(device);
        Assert.DoesNotContain(Api.Requests, sent =>
            (sent.Target + sent.Body).Contains(label, StringComparison.Ordinal) || (sent.Target + sent.Body).Contains(device, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lease_comes_before_the_camera_where_the_camera_is_known()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Stopped");
        var opened = await page.EvaluateAsync<int>("() => streams.length");
        await Api.HoldByAnotherAsync((await Api.EndedAsync())[0].Lease.CameraId);

        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();

        await Expect(State(page)).ToContainTextAsync("Somebody else is using this camera.");
        Assert.Equal(opened, await page.EvaluateAsync<int>("() => streams.length"));
    }

    [Fact]
    public async Task A_lease_that_is_ended_stops_the_tracks_at_once_and_the_server_is_told()
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(
            """
            const Native = WebSocket;
            window.WebSocket = class extends Native {
                constructor(...given) {
                    super(...given);
                    this.addEventListener('message', event => {
                        if (JSON.parse(event.data).type === 'ended') {
                            const pushed = performance.now();
                            const look = () => {
                                if (streams.every(s => s.getTracks().every(t => t.readyState === 'ended'))) {
                                    window.stoppedAfter = performance.now() - pushed;
                                } else {
                                    setTimeout(look, 1);
                                }
                            };
                            look();
                        }
                    });
                }
            };
            """);
        var page = await OpenAsync(window);
        await LiveAsync(page);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");
        var lease = Assert.Single(await Api.LiveAsync());

        await Api.ForceAsync(lease.CameraId);

        await Expect(State(page)).ToContainTextAsync("An administrator has freed the camera.");
        Assert.True(await page.EvaluateAsync<double>("() => stoppedAfter") < 200);
        await Eventually.TrueAsync(() => Api.Presence.HeardOf("stopped") == 1, "the page says that it has stopped");
        Assert.Equal(lease.LeaseId, Api.Presence.Heard.Single(heard => heard.Type == "stopped").LeaseId);
        Assert.DoesNotContain(Api.Requests, sent => sent.Method == "PUT"); // the page was told of the end and did not find out by a renewal
    }

    [Fact]
    public async Task Of_two_tabs_the_second_is_told_and_may_take_over()
    {
        await using var window = await WindowAsync(chromium);
        var first = await OpenAsync(window);
        await LiveAsync(first);
        var second = await OpenAsync(window);
        await Expect(State(second)).ToContainTextAsync("Somebody else is using this camera.");
        Assert.Equal(0, await second.EvaluateAsync<int>(OpenTracks));

        await second.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();

        await LiveAsync(second);
        await Expect(State(first)).ToContainTextAsync("Somebody else has taken the camera over.");
        Assert.Equal(0, await first.EvaluateAsync<int>(OpenTracks));
        Assert.Single(await Api.LiveAsync());
    }

    [Fact]
    public async Task A_reload_comes_back_to_the_same_lease()
    {
        Api.StretchGrace();
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);
        var lease = Assert.Single(await Api.LiveAsync());

        await page.ReloadAsync();

        await LiveAsync(page);
        var same = Assert.Single(await Api.LiveAsync());
        Assert.Equal((lease.LeaseId, lease.FencingToken), (same.LeaseId, same.FencingToken));
        Assert.Empty(await Api.EndedAsync());
        Assert.Single(Api.Cleanups);
    }

    [Fact]
    public async Task Ctrl_Shift_C_stops_at_once_and_says_so()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);

        await page.Keyboard.PressAsync("Control+Shift+KeyC");

        await Expect(State(page)).ToHaveTextAsync("Stopped by Ctrl+Shift+C. The camera is free for others.");
        Assert.Equal("manual", Assert.Single(await Api.EndedAsync()).Reason);
        Assert.Equal(0, await page.EvaluateAsync<int>(OpenTracks));
    }

    [Theory]
    [InlineData("() => streams.at(-1).getTracks()[0].dispatchEvent(new Event('ended'))")] // unplugged, or the system took it
    [InlineData("() => streams.at(-1).getTracks()[0].dispatchEvent(new Event('mute'))")] // and not unmuted for five seconds
    [InlineData("() => streams.at(-1).getTracks()[0].stop()")] // no event at all
    [InlineData("() => { document.getElementById('picture').srcObject = new MediaStream() }")] // "live", and no picture comes: phones do that
    public async Task A_picture_that_stops_is_brought_back_under_the_same_lease(string fault)
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window);
        await LiveAsync(page);
        var lease = Assert.Single(await Api.LiveAsync());

        await page.EvaluateAsync(fault);

        await page.WaitForFunctionAsync("() => streams.length >= 2 && document.getElementById('picture').srcObject === streams.at(-1)", null, new() { Timeout = 15_000 });
        await LiveAsync(page);
        Assert.Equal(1, await page.EvaluateAsync<int>(OpenTracks));
        Assert.Equal(lease.LeaseId, Assert.Single(await Api.LiveAsync()).LeaseId);
    }

    [Theory]
    [InlineData("NotReadableError", "Another application is using this device’s camera.")]
    [InlineData("NotFoundError", "No camera was found on this device.")]
    [InlineData("OverconstrainedError", "This device has no camera of the kind that was asked for.")]
    [InlineData("AbortError", "This device’s camera could not be switched on.")]
    public async Task A_devices_error_is_explained_in_plain_words_and_leaves_no_lease(string error, string words)
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(
            $"MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('as the hardware says', '{error}'));");
        var page = await window.NewPageAsync();
        await page.GotoAsync(Here());

        await Expect(State(page)).ToContainTextAsync(words, new() { Timeout = 20_000 }); // an error that may pass is retried for some seconds
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "nothing is held");
        await Eventually.TrueAsync(() => Api.Presence.Open == 0, "no socket is left");
    }

    [Fact]
    public async Task A_device_that_another_program_is_just_letting_go_is_waited_for_and_that_is_said()
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(
            """
            const ask = MediaDevices.prototype.getUserMedia;
            window.isTaken = true;
            MediaDevices.prototype.getUserMedia = function (wish) {
                return isTaken ? Promise.reject(new DOMException('taken', 'NotReadableError')) : ask.call(this, wish);
            };
            """);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Here());

        await Expect(State(page)).ToHaveTextAsync("Another application is still using this device’s camera. Trying again…");
        await page.EvaluateAsync("() => { isTaken = false; }");

        await LiveAsync(page);
        Assert.Single(await Api.LiveAsync());
    }

    [Fact]
    public async Task A_device_without_a_camera_says_so()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, device: "device-count=0");
        await using var window = await WindowAsync(browser);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Here());

        await Expect(State(page)).ToContainTextAsync("No camera was found on this device.");
        Assert.Empty(await Api.LiveAsync());
    }

    [Fact]
    public async Task Permission_that_is_denied_says_where_to_give_it()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, consent: false);
        await using var window = await WindowAsync(browser);
        var page = await window.NewPageAsync();
        await PermitAsync(window, page, "denied");
        await page.GotoAsync(Here());
        await StartAsync(page);

        await Expect(State(page)).ToContainTextAsync("Allow it in the browser’s settings for this site");
        Assert.Empty(await Api.LiveAsync());
    }

    [Fact]
    public async Task Permission_that_is_taken_away_gives_the_camera_back()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, consent: false);
        await using var window = await WindowAsync(browser);
        var page = await window.NewPageAsync();
        await PermitAsync(window, page, "granted");
        await page.GotoAsync(Here());
        await LiveAsync(page);

        await PermitAsync(window, page, "denied");

        await Expect(State(page)).ToContainTextAsync("The permission to use the camera was taken away");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "the camera is given back");
        var (_, reason, detail) = Assert.Single(await Api.EndedAsync());
        Assert.Equal(("client", "permission_revoked"), (reason, detail)); // the page's own reason is in the ledger
    }

    [Fact]
    public async Task A_page_that_is_not_secure_says_why_it_gets_no_camera()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, arguments: "--host-resolver-rules=MAP attendance.test 127.0.0.1");
        var site = new Uri($"http://attendance.test:{Web.Address.Port}/cameras/browser");
        await using var window = await browser.NewContextAsync();
        await Operator.GiveToAsync(window, site);
        var page = await window.NewPageAsync();
        await page.GotoAsync(site.ToString());
        await StartAsync(page);

        await Expect(State(page)).ToContainTextAsync("Browsers let only secure pages use their camera.");
        Assert.Empty(await Api.LiveAsync());
    }

    [Fact]
    public async Task Choosing_another_camera_takes_another_lease()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, device: "device-count=2");
        await using var window = await WindowAsync(browser);
        var page = await OpenAsync(window);
        await LiveAsync(page);
        var first = Assert.Single(await Api.LiveAsync());

        var other = await page.EvaluateAsync<string>("() => [...document.getElementById('devices').options].find(o => !o.selected).value");
        await page.Locator("#devices").SelectOptionAsync(other);

        await Eventually.TrueAsync(async () => await Api.LiveAsync() is [var now] && now.CameraId != first.CameraId, "the other camera is held, and it alone");
        await LiveAsync(page);
        Assert.Equal(1, await page.EvaluateAsync<int>(OpenTracks));
        Assert.Equal("client", (await Api.EndOfAsync(first)).Reason);
    }

    [Fact]
    public async Task A_permission_that_is_answered_after_the_user_gave_up_opens_nothing()
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(KeepStreams);
        await window.AddInitScriptAsync(
            """
            const real = MediaDevices.prototype.getUserMedia;
            MediaDevices.prototype.getUserMedia = async function (wish) {
                await new Promise(answer => window.answer = answer);
                return real.call(this, wish);
            };
            """);
        var page = await window.NewPageAsync();
        await page.GotoAsync(Here());
        await page.WaitForFunctionAsync("() => window.answer !== undefined");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.EvaluateAsync("() => answer()");
        await page.WaitForFunctionAsync("() => streams.length === 1");

        await page.WaitForFunctionAsync(OpenTracks.Replace(".length", ".length === 0", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, "nothing is held");
    }

    private static ILocator State(IPage page) => page.GetByRole(AriaRole.Status);

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

    /// <summary>Without a permission so far, the page waits for its user.</summary>
    private static Task StartAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Start camera" }).ClickAsync();

    private static async Task PermitAsync(IBrowserContext window, IPage page, string setting)
    {
        var control = await window.NewCDPSessionAsync(page);
        var target = (await control.SendAsync("Target.getTargetInfo"))!.Value.GetProperty("targetInfo");
        await control.SendAsync("Browser.setPermission", new()
        {
            ["permission"] = new Dictionary<string, object> { ["name"] = "camera" },
            ["setting"] = setting,
            ["browserContextId"] = target.GetProperty("browserContextId").GetString()!,
        });
    }

    private string Here() => new Uri(Web.Address, "/cameras/browser").ToString();

    private async Task<IPage> OpenAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.AddInitScriptAsync(KeepStreams);
        await page.GotoAsync(Here());
        return page;
    }
}

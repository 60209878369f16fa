using System.Text.RegularExpressions;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

[Trait("Suite", "Browser")]
public sealed class CameraPageTests(ChromiumBrowser chromium) : WebTest
{
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task The_picture_is_live_and_the_button_gives_the_camera_back()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Reception desk" }).ClickAsync();
        await LiveAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Reception desk");

        await page.MovesAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Stopped. The camera is free for others.");
        Assert.Equal("client", Assert.Single(await Api.EndedAsync()).Reason);
        await Eventually.TrueAsync(() => Api.Viewers == 0, "no viewer is left");

        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await LiveAsync(page);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task A_borrowing_is_one_trace_and_the_next_is_another()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await LiveAsync(page);

        string[] Traces(string method) => [.. Api.Requests.Where(request => request.Method == method && request.Target.StartsWith("/api/leases", StringComparison.Ordinal))
            .Select(request => request.Headers["traceparent"].Split('-')[1])];
        var asked = Traces("POST");
        Assert.Equal(2, asked.Distinct().Count());
        Assert.Equal([asked[0]], Traces("DELETE"));
    }

    [Fact]
    public async Task Closing_the_tab_says_goodbye_once()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);
        var session = Assert.Single(await Api.LiveAsync()).SessionId;
        Assert.StartsWith("camera_", session, StringComparison.Ordinal);

        await page.CloseAsync();

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, TimeSpan.FromSeconds(2), "the camera is given back");
        Assert.Equal($$"""{"session_id":"{{session}}","reason":"page_hide","grace_ms":650}""", Assert.Single(Api.Cleanups).Body);
        await Eventually.TrueAsync(() => Api.Viewers == 0, "no viewer is left");
    }

    [Fact]
    public async Task A_reload_is_live_again_under_the_same_session()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);
        var session = Assert.Single(await Api.LiveAsync()).SessionId;

        await page.ReloadAsync();

        await LiveAsync(page);
        Assert.Equal(session, Assert.Single(await Api.LiveAsync()).SessionId);
    }

    [Fact]
    public async Task A_copied_tab_is_a_session_of_its_own()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        var opening = window.WaitForPageAsync();
        await page.EvaluateAsync("() => { window.open('/cameras/demo') }"); // copies sessionStorage, as duplicating a tab does
        var copy = await opening;
        await copy.ReloadAsync(); // a reload keeps the session's id

        await Expect(copy.GetByText("Somebody else is using this camera.")).ToBeVisibleAsync();
        Assert.Equal(2, SessionsAsked().Count);
    }

    [Theory]
    [InlineData("takeover", "Somebody else has taken the camera over.")]
    [InlineData("device_lost", "The camera was disconnected.")]
    [InlineData("forced", "An administrator has freed the camera.")]
    public async Task A_lease_that_the_server_has_ended_says_why(string reason, string words)
    {
        using var camera = new FaultCamera("demo");
        if (reason == "device_lost")
        {
            await UseAsync(camera.Setting, "--Cameras:demo:Name=Reception desk", "--Capture:AllowFaultCameras=true", "--Capture:HotSwapGrace=00:00:01");
        }

        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        switch (reason)
        {
            case "takeover":
                await Api.HoldByAnotherAsync("demo", takeover: true);
                break;
            case "device_lost":
                camera.Set("missing", "fail read");
                break;
            default:
                await Api.ForceAsync("demo");
                break;
        }

        await Expect(State(page)).ToContainTextAsync(words);
        if (reason == "takeover")
        {
            await Api.ForceAsync("demo"); // frees the camera of the session that took it over
        }

        camera.Set();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await LiveAsync(page);
        Assert.Empty(Api.Cleanups);
    }

    [Fact]
    public async Task A_goodbye_that_overtakes_the_next_asking_does_no_harm()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        await Api.LeaveAsync(Assert.Single(await Api.LiveAsync()).SessionId, "page_hide");

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 1, "the page asks again by itself");
        await LiveAsync(page);
    }

    [Fact]
    public async Task A_camera_in_use_says_until_when_and_can_be_taken_over()
    {
        var other = await Api.HoldByAnotherAsync("demo");
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");

        await Expect(State(page)).ToContainTextAsync("Unless they go on using it, it is free at");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();

        await LiveAsync(page);
        Assert.Equal("takeover", (await Api.EndOfAsync(other)).Reason);
    }

    [Fact]
    public async Task A_camera_that_others_share_can_be_watched_as_well()
    {
        var recognizer = await Api.HoldByAnotherAsync("demo", mode: "shared", role: "recognizer");
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await Expect(State(page)).ToHaveTextAsync("Others share this camera just now.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Watch as well" }).ClickAsync();

        await LiveAsync(page);
        await Expect(State(page)).ToContainTextAsync("Others may look at the camera too");
        Assert.Equal(2, (await Api.LiveAsync()).Count);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(State(page)).ToContainTextAsync("Stopped.");
        Assert.Equal(recognizer.LeaseRef, Assert.Single(await Api.LiveAsync()).LeaseRef);
    }

    [Theory]
    [InlineData(423, "camera_quarantined", "This camera is blocked")]
    [InlineData(404, "unknown_camera", "There is no such camera any more")]
    public async Task A_refusal_is_explained_in_plain_words(int status, string code, string words)
    {
        Api.Proxy.Refuse("POST", "/api/leases", new Problem(status, code, "It is refused."));
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");

        await Expect(State(page)).ToContainTextAsync(words);
    }

    [Fact]
    public async Task A_camera_that_is_not_available_is_asked_for_again_by_itself()
    {
        Api.Proxy.Refuse("POST", "/api/leases", new Problem(503, ProblemCodes.CameraUnavailable, "The camera does not open.") { RetryAfter = TimeSpan.FromSeconds(1) });
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await Expect(State(page)).ToContainTextAsync("does not deliver a picture");
        await Expect(page.Locator("#countdown")).ToContainTextAsync("Trying again in");

        Api.Proxy.Pass("POST", "/api/leases");

        await LiveAsync(page);
    }

    [Fact]
    public async Task Ctrl_Shift_C_stops_at_once_and_says_so()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        await page.Keyboard.PressAsync("Control+Shift+KeyC");

        await Expect(State(page)).ToHaveTextAsync("Stopped by Ctrl+Shift+C. The camera is free for others.");
        Assert.Equal("manual", Assert.Single(await Api.EndedAsync()).Reason);
    }

    [Fact]
    public async Task The_keyboard_is_enough_and_keeps_its_place()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Reception desk" })).ToBeVisibleAsync();
        await TabToAsync(page, "Reception desk");
        await page.Keyboard.PressAsync("Enter");
        await LiveAsync(page);
        await TabToAsync(page, "Stop camera");
        var outline = await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle");
        await page.Keyboard.PressAsync("Space");

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start again" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await LiveAsync(page);
        Assert.Equal("solid", outline);
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Into_the_back_forward_cache_the_camera_is_given_back_and_out_of_it_taken_again()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);
        await page.EvaluateAsync("() => { window.kept = true; }");

        await page.GotoAsync(new Uri(Web.Address, "/").ToString());
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, TimeSpan.FromSeconds(2), "the camera is given back");
        await page.GoBackAsync(new() { WaitUntil = WaitUntilState.Commit });

        await LiveAsync(page);
        Assert.Single(await Api.LiveAsync());
        TestContext.Current.AddAttachment("from the cache", $"{await page.EvaluateAsync<bool>("() => window.kept === true")}");
    }

    [Fact]
    public async Task A_page_that_was_cached_takes_its_camera_again()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        await page.EvaluateAsync("() => { dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })) }");
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0 && Api.Viewers == 0, "the camera is given back");
        Assert.Single(Api.Cleanups);
        await page.EvaluateAsync("() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }");

        await LiveAsync(page);
        Assert.Single(await Api.LiveAsync());
    }

    [Fact]
    public async Task A_hidden_page_pauses_its_picture_and_keeps_its_camera()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        await HideAsync(page, "hidden");
        await Eventually.TrueAsync(() => Api.Viewers == 0, "the stream is closed");
        await Expect(State(page)).ToContainTextAsync("Paused");
        var renewals = Renewals();
        await Eventually.TrueAsync(() => Renewals() > renewals, "the lease is renewed");
        await HideAsync(page, "visible");

        await LiveAsync(page);
        Assert.Single(await Api.LiveAsync());
    }

    [Fact]
    public async Task Pictures_of_an_earlier_holder_are_not_shown()
    {
        Api.Proxy.Rewrite<LeaseResponse>("/api/leases", lease => lease with { FencingToken = lease.FencingToken + 1 });
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await Expect(State(page)).ToContainTextAsync("Waiting for its first picture");
        await Eventually.TrueAsync(() => Api.Viewers == 1, "the stream is open");
        await Eventually.TrueAsync(() => Renewals() > 1, "frames have had time to come");

        await Expect(State(page)).ToContainTextAsync("Waiting for its first picture");

        Api.Proxy.StopRewriting("/api/leases");
        await page.ReloadAsync();
        await LiveAsync(page);
    }

    [Fact]
    public async Task Every_transition_is_logged_when_asked_for()
    {
        await using var window = await WindowAsync();
        await window.AddInitScriptAsync("localStorage.setItem('camera_debug', 'true')");
        var page = await window.NewPageAsync();
        var said = new List<string>();
        page.Console += (_, message) => said.Add(message.Text);
        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await LiveAsync(page);

        Assert.Contains(said, text => text.Contains("idle → acquiring", StringComparison.Ordinal));
        Assert.Contains(said, text => text.Contains("acquiring → live", StringComparison.Ordinal));
        var lease = Assert.Single(await Api.LiveAsync());
        Assert.DoesNotContain(said, text => text.Contains(lease.LeaseId, StringComparison.Ordinal) || text.Contains(lease.SessionId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_state_is_announced_and_everything_has_a_name()
    {
        await using var window = await WindowAsync();
        var page = await OpenAsync(window, "/cameras/demo");
        await LiveAsync(page);

        Assert.Equal("polite", await State(page).GetAttributeAsync("aria-live"));
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Live picture of Reception desk" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Main)).ToHaveCountAsync(1);
        Assert.Equal("en-US", await page.Locator("html").GetAttributeAsync("lang"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('a, button')].filter(e => !e.hidden && !e.textContent.trim()).map(e => e.outerHTML)"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('img')].filter(e => !e.hasAttribute('alt')).map(e => e.outerHTML)"));
    }

    [Fact]
    public async Task A_page_speaks_the_language_of_its_browser_and_loads_only_its_texts()
    {
        await Api.HoldByAnotherAsync("demo");
        await using var window = await WindowAsync(chromium, new() { Locale = "de-AT" });
        var page = await OpenAsync(window, "/cameras/demo");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("In Verwendung");
        await Expect(State(page)).ToHaveTextAsync(new Regex(@"^Jemand anderes verwendet diese Kamera\. Wird sie nicht weiter verwendet, ist sie um \d\d:\d\d:\d\d frei\.$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Übernehmen" }).ClickAsync();
        await LiveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Kamera stoppen" }).ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("Gestoppt. Die Kamera ist frei für andere.");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Neu starten" })).ToBeVisibleAsync();
        Assert.Equal(1, await TextsLoadedAsync(page));

        await using var english = await WindowAsync();
        var other = await OpenAsync(english, "/cameras/demo");
        await LiveAsync(other);
        Assert.Equal(0, await TextsLoadedAsync(other));
        Assert.All(_complaints, complaint => Assert.Contains("409 (Conflict)", complaint, StringComparison.Ordinal)); // the camera in use
    }

    /// <summary>How often German was loaded. More than once would mean that the page named it by another address than its modules.</summary>
    private static Task<int> TextsLoadedAsync(IPage page) =>
        page.EvaluateAsync<int>("() => performance.getEntriesByType('resource').filter(loaded => loaded.name.endsWith('/languages/de.js')).length");

    private static ILocator State(IPage page) => page.GetByRole(AriaRole.Status);

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

    private static async Task HideAsync(IPage page, string visibility) => await page.EvaluateAsync(
        """
        visibility => {
            Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }
        """, visibility);

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var i = 0; i < 20; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if ((await page.EvaluateAsync<string>("() => document.activeElement.textContent")).Trim() == name)
            {
                return;
            }
        }

        Assert.Fail($"The keyboard does not get to '{name}'.");
    }

    private int Renewals() => Api.Presence.Renewals;

    private HashSet<string> SessionsAsked() =>
        [.. Api.Requests.Where(sent => sent.Target == "/api/leases").Select(sent => sent.Body)];

    private Task<IBrowserContext> WindowAsync() => WindowAsync(chromium);

    private async Task<IPage> OpenAsync(IBrowserContext window, string target)
    {
        var page = await window.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(new Uri(Web.Address, target).ToString());
        return page;
    }
}

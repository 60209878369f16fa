using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a phone that lends its camera to an operator's page, from the QR code to the end of both.</summary>
[Trait("Suite", "Browser")]
public sealed class PhoneCameraTests(ChromiumBrowser chromium) : WebTest
{
    /// <summary>What docs/live.md promises.</summary>
    private static readonly TimeSpan s_stopped = TimeSpan.FromSeconds(5), s_closed = TimeSpan.FromSeconds(10), s_killed = TimeSpan.FromSeconds(15);

    /// <summary>Connecting by WebRTC takes its time on a busy machine.</summary>
    private static readonly LocatorAssertionsToHaveTextOptions s_patience = new() { Timeout = 60_000 };

    private const string Shown = "Your camera is shown on the screen where you got the code.";

    [Fact]
    public async Task A_phone_that_scans_the_code_is_seen_until_the_operators_page_is_closed()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await PhoneAsync();
        var page = await desk.NewPageAsync();
        var link = await CodeAsync(page);
        await Axe.FindsNothingInAnyViewAsync(page, "the code for a phone", isKept: true);
        Assert.Matches($"^{Regex.Escape(Address("/phone"))}#[A-Z2-9]{{8}}$", link);
        var code = link.Split('#')[1];
        await Expect(page.Locator("#phone-code")).ToHaveTextAsync($"{code[..4]}-{code[4..]}");
        Assert.Matches("^[45]:[0-9]{2}$", await page.Locator("#phone-left").InnerTextAsync());

        var shown = await phone.NewPageAsync();
        var asked = new List<string>();
        shown.Request += (_, request) => asked.Add(request.Url);
        await shown.GotoAsync(link);
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        Assert.Equal(Address("/phone"), shown.Url); // the code is not in the phone's history
        Assert.DoesNotContain(asked, address => address.Contains(code, StringComparison.Ordinal));
        await Axe.FindsNothingInAnyViewAsync(shown, "a phone as a camera", isKept: true);
        await MovesAsync(page);
        Assert.Matches("/cameras/published-[0-9a-f]{16}[?]phone=[0-9a-f-]{36}$", page.Url);

        await using var thief = await PhoneAsync();
        var second = await thief.NewPageAsync();
        await second.GotoAsync(link);
        await Expect(second.GetByText("This code is not valid")).ToBeVisibleAsync();

        var closed = Stopwatch.StartNew();
        await page.CloseAsync();
        await EndsAsync(shown, "The page on the other screen was closed", closed, s_closed, "page closed");
        await Axe.FindsNothingInAnyViewAsync(shown, "a phone that is not a camera any more", isKept: true);
        await shown.ReloadAsync();
        await Expect(shown).ToHaveURLAsync(Address("/phone/setup")); // its sign-in is worth nothing any more
    }

    [Fact]
    public async Task Both_pages_may_be_loaded_again_and_the_operator_who_stops_ends_it()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await PhoneAsync();
        var (page, shown) = await PairedAsync(desk, phone);

        await page.ReloadAsync();
        await MovesAsync(page);
        await Task.Delay(TimeSpan.FromSeconds(7), Cancel); // longer than a pairing waits for a page that does not come back
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        await shown.ReloadAsync();
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        await MovesAsync(page);

        var stopped = Stopwatch.StartNew();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await EndsAsync(shown, "The other screen has stopped showing your camera.", stopped, s_stopped, "stopped");
        await Expect(page.Locator("#phone-notice")).ToContainTextAsync("The picture was stopped");
    }

    [Fact]
    public async Task An_operators_browser_that_is_killed_ends_it()
    {
        await using var browser = await BrowserAsync();
        await using var phone = await PhoneAsync();
        var page = await browser.OpenAsync(new Uri(Address("/")));
        await page.UntilAsync("document.querySelector('[data-phone-camera]') !== null && document.readyState", "complete", Cancel);
        await page.EvaluateAsync("document.querySelector('[data-phone-camera]').click()");
        await page.UntilAsync("document.getElementById('phone-offer').hidden", "false", Cancel);
        var code = await page.EvaluateAsync("document.getElementById('phone-code').textContent");
        var shown = await phone.NewPageAsync();
        await shown.GotoAsync(Address($"/phone#{code}"));
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);

        var killed = Stopwatch.StartNew();
        await browser.DisposeAsync();

        await EndsAsync(shown, "The page on the other screen was closed", killed, s_killed, "browser killed");
    }

    [Fact]
    public async Task Signing_out_and_a_takeover_end_it()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await PhoneAsync();
        var (page, shown) = await PairedAsync(desk, phone);
        await using (var other = await WindowAsync(chromium))
        {
            var looking = await other.NewPageAsync();
            await looking.GotoAsync(page.Url.Split('?')[0]);
            await Expect(looking.GetByRole(AriaRole.Button, new() { Name = "Take over" })).ToBeVisibleAsync();
            var taken = Stopwatch.StartNew();
            await looking.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();
            await EndsAsync(shown, "The other screen has stopped showing your camera.", taken, s_stopped, "taken over");
        }

        (page, shown) = await PairedAsync(desk, phone);
        var account = await desk.NewPageAsync();
        await account.GotoAsync(Address("/account"));
        var signedOut = Stopwatch.StartNew();
        await account.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await EndsAsync(shown, "The other screen was signed out.", signedOut, s_stopped, "signed out");
        await Expect(page.Locator("#phone-notice")).ToContainTextAsync("You are signed out");
    }

    [Fact]
    public async Task A_phone_that_stops_is_told_to_the_operator_who_can_pair_again()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await PhoneAsync();
        var (page, shown) = await PairedAsync(desk, phone);

        await shown.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();

        await Expect(shown.Locator("#words")).ToHaveTextAsync("It has ended. You have stopped it.");
        await Expect(page.Locator("#phone-notice")).ToContainTextAsync("The phone has stopped its camera.");
        await FreeAsync();
        await page.Locator("#phone-notice").GetByRole(AriaRole.Button, new() { Name = "Use my phone as the camera" }).ClickAsync();
        var again = await AttendancePages.ReadQrAsync(page.GetByRole(AriaRole.Img, new() { Name = "QR code for the phone" }));
        await shown.GotoAsync(again!);
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        await MovesAsync(page);
    }

    [Fact]
    public async Task A_phone_that_is_killed_is_missed_and_another_one_can_be_paired()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await ChromiumProcess.StartAsync(Cancel);
        var page = await desk.NewPageAsync();
        var shown = await phone.OpenAsync(new Uri(await CodeAsync(page)));
        await shown.UntilAsync("document.getElementById('words')?.textContent", Shown, Cancel, withinSeconds: 60);
        await MovesAsync(page);
        await Expect(page.Locator("#phone-notice")).ToBeHiddenAsync();

        await phone.DisposeAsync();

        await Expect(page.Locator("#phone-notice")).ToBeVisibleAsync();
        await Expect(page.Locator("#phone-words")).ToHaveTextAsync("The phone does not send its picture now. It is waited for.");
        await FreeAsync();
        await Expect(page.Locator("#phone-notice").GetByRole(AriaRole.Button, new() { Name = "Use my phone as the camera" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(page.Locator("#phone-words")).ToContainTextAsync("The picture was stopped");
    }

    [Fact]
    public async Task The_other_side_of_a_phone_is_shown_under_the_same_lease()
    {
        await using var desk = await WindowAsync(chromium);
        await using var browser = await chromium.LaunchAsync(Cancel, device: "device-count=2");
        await using var phone = await browser.NewContextAsync();
        var (page, shown) = await PairedAsync(desk, phone);
        var lease = Assert.Single(await Api.LiveAsync(), one => one.CameraId.StartsWith("published-", StringComparison.Ordinal)).LeaseRef;

        await shown.GetByRole(AriaRole.Button, new() { Name = "Use the other side" }).ClickAsync();

        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        await MovesAsync(page);
        Assert.Equal(lease, Assert.Single(await Api.LiveAsync(), one => one.CameraId.StartsWith("published-", StringComparison.Ordinal)).LeaseRef);
    }

    [Fact]
    public async Task A_code_is_worth_nothing_once_its_dialog_is_closed_or_its_page_left()
    {
        await using var desk = await WindowAsync(chromium);
        await using var phone = await PhoneAsync();
        var page = await desk.NewPageAsync();
        var links = new List<string> { await CodeAsync(page) };
        await page.Keyboard.PressAsync("Escape");
        links.Add(await CodeAsync(page));
        await page.GotoAsync(Address("/people"));
        await Eventually.TrueAsync(async () => (await EndsAsync()).SequenceEqual([PairingEnd.Operator, PairingEnd.Operator]), "both have ended");

        var shown = await phone.NewPageAsync();
        foreach (var link in links)
        {
            await shown.GotoAsync("about:blank");
            await shown.GotoAsync(link);
            await Expect(shown.GetByText("This code is not valid")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task A_page_that_was_opened_by_http_says_what_to_do_instead()
    {
        await using var browser = await chromium.LaunchAsync(Cancel, arguments: "--host-resolver-rules=MAP desk.test 127.0.0.1");
        await using var desk = await browser.NewContextAsync();
        var site = new Uri($"http://desk.test:{Web.Address.Port}/");
        await Operator.GiveToAsync(desk, site);
        var page = await desk.NewPageAsync();
        await page.GotoAsync(site.ToString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Use my phone as the camera" }).ClickAsync();

        await Expect(page.Locator("#phone-insecure")).ToContainTextAsync("Open this page by https");
        await Expect(page.Locator("#phone-offer")).ToBeHiddenAsync();
        await Axe.FindsNothingInAnyViewAsync(page, "a page that was opened by http", isKept: true);
        Assert.Empty(await EndsAsync());
    }

    private async Task<(IPage Desk, IPage Phone)> PairedAsync(IBrowserContext desk, IBrowserContext phone)
    {
        var page = await desk.NewPageAsync();
        var link = await CodeAsync(page);
        var shown = await phone.NewPageAsync();
        await shown.GotoAsync(link);
        await Expect(shown.Locator("#words")).ToHaveTextAsync(Shown, s_patience);
        await MovesAsync(page);
        return (page, shown);
    }

    /// <summary>Asks for a code, and reads where it leads.</summary>
    private async Task<string> CodeAsync(IPage page)
    {
        await page.GotoAsync(Address("/"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Use my phone as the camera" }).ClickAsync();
        return (await AttendancePages.ReadQrAsync(page.GetByRole(AriaRole.Img, new() { Name = "QR code for the phone" })))!;
    }

    /// <summary>A browser the size of a phone.</summary>
    private Task<IBrowserContext> PhoneAsync() => chromium.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 } }, Cancel);

    /// <summary>Waits for a picture that moves.</summary>
    private static async Task MovesAsync(IPage page)
    {
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await page.MovesAsync();
    }

    /// <summary>Waits until the phone says that it has ended and why, and its camera is off and free; within a bound.</summary>
    private async Task EndsAsync(IPage phone, string why, Stopwatch since, TimeSpan bound, string what)
    {
        await Expect(phone.Locator("#words")).ToContainTextAsync($"It has ended. {why}");
        Assert.False(await phone.EvaluateAsync<bool>("() => document.getElementById('picture').srcObject !== null"));
        await FreeAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {since.Elapsed.TotalSeconds:0.0} s");
        Assert.True(since.Elapsed < bound, $"{what}: {since.Elapsed}");
    }

    /// <summary>Waits until nobody holds the camera of a browser.</summary>
    private async Task FreeAsync() => await Eventually.TrueAsync(
        async () => !(await Api.Node.Http.GetFromJsonAsync<CamerasResponse>("/api/cameras", WireJson.Options, Cancel))!.Cameras
            .Any(camera => camera.CameraId.StartsWith("browser-", StringComparison.Ordinal) && camera.State != CameraState.Available),
        TimeSpan.FromSeconds(20), "the phone's camera is free");

    private async Task<IReadOnlyList<PairingEnd?>> EndsAsync()
    {
        await using var scope = Web.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AttendanceDb>().PhonePairings.Select(pairing => pairing.End).ToListAsync(Cancel);
    }

    private string Address(string path) => new Uri(Web.Address, path).ToString();
}

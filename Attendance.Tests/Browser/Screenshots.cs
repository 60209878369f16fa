using System.Runtime.CompilerServices;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Pictures of the pages for people to look at, in <c>screenshots/</c> beside this file. Run by name only.</summary>
[Trait("Suite", "Browser")]
public sealed class Screenshots(ChromiumBrowser chromium) : WebTest
{
    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("desktop", 1280, 860, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    public async Task Of_every_page(string device, int width, int height, ColorScheme scheme)
    {
        await using var window = await WindowAsync(
            chromium, new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        var page = await window.NewPageAsync();
        Task ShootAsync(string name) => page.ScreenshotAsync(new() { Path = PathOf($"{name}-{device}-{scheme}.png"), FullPage = true });

        string[] states = ["available", "held", "opening", "releasing", "suspended", "missing", "quarantined"];
        Api.Cameras = [.. states.Select(state => FakeCameraApi.Camera(state, $"Camera at {state}", state))];
        Api.Cameras[1]!["held_since"] = DateTimeOffset.UtcNow.AddMinutes(-4);
        await page.GotoAsync(Web.Address.ToString());
        await Expect(page.GetByText("7 cameras, 1 available")).ToBeVisibleAsync();
        await ShootAsync("list");
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));

        Api.Cameras = [FakeCameraApi.Camera("demo", "Reception desk", "available")];
        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await ShootAsync("live");
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));
        await page.GotoAsync(new Uri(Web.Address, "/cameras/browser").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await ShootAsync("browser-live");
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));
        await page.EvaluateAsync("() => { localStorage.clear(); MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError')); }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Not available");
        await ShootAsync("browser-busy");

        await page.GotoAsync(new Uri(Web.Address, "/demo/camera-module").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "new CameraSession(…)" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "start()", Exact = true }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("live");
        await Expect(page.Locator("#facts")).ToContainTextAsync("showing");
        await ShootAsync("module");
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));

        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        Api.End("takeover");
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Ended");
        await ShootAsync("lost");
        Api.HoldByAnother("demo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("In use");
        await ShootAsync("in-use");
        Api.Refusals["demo"] = new(503, "camera_unavailable", 9);
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Not available");
        await ShootAsync("unavailable");
        await page.GotoAsync(new Uri(Web.Address, "/cameras/nowhere").ToString());
        await ShootAsync("unknown");
        Api.Refusals["*"] = new(503, "store_unavailable");
        await page.GotoAsync(Web.Address.ToString());
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ShootAsync("trouble");
    }

    private static string PathOf(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "screenshots", name);
}

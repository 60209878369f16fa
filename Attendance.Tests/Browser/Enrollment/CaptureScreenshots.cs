using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>Pictures of the capture page for people to look at, in <c>../screenshots/</c>: <c>./test.sh --screenshots</c>.</summary>
[Trait("Suite", "Browser")]
public sealed class CaptureScreenshots(ChromiumBrowser chromium) : WebTest
{
    [Theory(Explicit = true)]
    [InlineData("desktop", 1280, 860, ColorScheme.Light)]
    [InlineData("desktop", 1280, 860, ColorScheme.Dark)]
    [InlineData("phone", 390, 844, ColorScheme.Light)]
    [InlineData("phone", 390, 844, ColorScheme.Dark)]
    [InlineData("contrast", 1280, 860, ColorScheme.Dark)]
    public async Task Of_the_capture_page(string device, int width, int height, ColorScheme scheme)
    {
        await using var shots = await ShotTraffic.StartAsync(Web, Cancel);
        await using var window = await WindowAsync(
            chromium,
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                ColorScheme = scheme,
                ForcedColors = device == "contrast" ? ForcedColors.Active : ForcedColors.None,
            });
        await window.AddInitScriptAsync("localStorage.setItem('enrollment_camera', 'device')");
        await ActingCamera.ReplaceAsync(window);
        var page = await window.NewPageAsync();
        async Task ShootAsync(string name)
        {
            await page.ScreenshotAsync(new() { Path = Screenshots.PathOf($"capture-{name}-{device}-{scheme}.png") });
            await page.ScreenshotAsync(new() { Path = Screenshots.PathOf($"capture-{name}-{device}-{scheme}-whole.png"), FullPage = true });
            Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"));
        }

        await page.GotoAsync(new Uri(shots.Address, $"/people/{TestPeople.Known}/capture").ToString());
        await ActingCamera.ShowAsync(page, "front");
        await Expect(page.Locator("#prompt")).ToHaveTextAsync("Turn your head slowly to your left");
        await ShootAsync("middle");
        await ActingCamera.ShowAsync(page, "dark");
        await Expect(page.Locator("#hint")).ToContainTextAsync("Too dark");
        await ShootAsync("reason");
        await page.EvaluateAsync("() => show('left')");
        await page.WaitForFunctionAsync("() => document.getElementById('guide').dataset.mood === 'good'");
        await ShootAsync("good");
        foreach (var pose in (string[])["right", "up"])
        {
            await ActingCamera.ShowAsync(page, pose);
            await Expect(page.Locator($"#poses li:has([data-pose={pose}])")).ToContainTextAsync("Taken");
        }

        shots.IsAway = true;
        await ActingCamera.ShowAsync(page, "down");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ShootAsync("away");
        shots.IsAway = false;
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await Expect(page.Locator("#prompt")).ToContainTextAsync("The camera is given back.");
        await ShootAsync("done");
    }
}

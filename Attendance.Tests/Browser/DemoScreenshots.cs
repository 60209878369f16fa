using Attendance.Tests.EndToEnd;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>The first picture of README.md: the demo's page of today, while people arrive. <c>./test.sh --screenshots</c>.</summary>
[Trait("Suite", "Browser")]
public sealed class DemoScreenshots(ChromiumBrowser chromium)
{
    private const float Patience = 150_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Of_people_who_check_in()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Demo=true");
        await using var window = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 420 }, ColorScheme = ColorScheme.Light }, Cancel);
        await system.Admin.GiveToAsync(window, system.Web);
        var page = await window.NewPageAsync();

        await page.GotoAsync(new Uri(system.Web, "/attendance").ToString());
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Expect(page.Locator("[data-field='present']")).ToHaveTextAsync("4", new() { Timeout = Patience }); // the page updates the numbers by itself

        await page.ScreenshotAsync(new() { Path = Path.GetFullPath(Screenshots.PathOf("../../../docs/images/demo-today.png")) });
    }
}

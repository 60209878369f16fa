using Attendance.Tests.CameraWorker;
using Attendance.Tests.Hosts;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.EndToEnd;

/// <summary>The console of the whole system, as ops meet it: a leak is seen, acknowledged and over; a camera is taken back.</summary>
[Trait("Suite", "Browser")]
public sealed class ConsoleTests(ChromiumBrowser chromium)
{
    private const float Bound = 10_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leak_and_a_camera_in_use_are_seen_and_dealt_with()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Workers of nobody are found in /proc.");
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Alerts:ResolveAfter=00:00:05");
        await using var window = await system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(system.Web, "/ops").ToString());
        await Expect(page.Locator("#ops")).ToHaveAttributeAsync("data-connection", "live", new() { Timeout = Bound });
        await Expect(page.Locator("#no-alerts")).ToBeVisibleAsync();

        await using var worker = RunningWorker.Start(ProcessIdentity.Of(await system.ProcessAsync("camera-api", Cancel))!.Value);
        await Expect(page.Locator("#alerts li")).ToContainTextAsync("did not start", new() { Timeout = Bound });
        await page.Locator("#alerts").GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("admin", new() { Timeout = Bound }); // by its name here, by its id there
        await Expect(page.Locator("#no-alerts")).ToBeVisibleAsync(new() { Timeout = 2 * Bound });

        await system.AcquireAsync("demo", "camera_123456789_abc123");
        var row = page.Locator("#camera-rows tr", new() { HasText = "Demo camera" });
        await Expect(row).ToContainTextAsync("In use", new() { Timeout = Bound });
        await Expect(row.Locator(".col-rate")).ToHaveTextAsync(new global::System.Text.RegularExpressions.Regex(@"^\d+\.\d$"), new() { Timeout = Bound });
        Assert.Equal(1, await system.ActiveCamerasAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Release all" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Demo camera", new() { Timeout = Bound }); // who is affected
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("Fire drill.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Available", new() { Timeout = Bound });
        await Expect(page.Locator("#audit-rows")).ToContainTextAsync("Fire drill.", new() { Timeout = Bound });
        Assert.Equal(0, await system.ActiveCamerasAsync());
    }
}

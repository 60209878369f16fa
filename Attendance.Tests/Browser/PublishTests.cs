using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a page that publishes its device's own camera, and pages that look at it.</summary>
[Trait("Suite", "Browser")]
public sealed class PublishTests(ChromiumBrowser chromium) : WebTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Others_look_at_what_a_page_publishes_until_it_stops()
    {
        await using var window = await WindowAsync(chromium);
        var publisher = await PublishAsync(window);
        var link = publisher.Locator("#facts a");
        var cameraId = await link.TextContentAsync();
        Assert.Matches("^published-[0-9a-f]{16}$", cameraId);

        var watching = await window.NewPageAsync();
        await watching.GotoAsync(new Uri(Web.Address, await link.GetAttributeAsync("href")).ToString());
        await Expect(watching.Locator("#badge")).ToHaveTextAsync("Live");
        await watching.MovesAsync();
        Assert.True(await watching.EvaluateAsync<bool>("() => { const c = document.getElementById('picture'); return Math.abs(c.width / c.height - 16 / 9) < 0.05; }"));

        await publisher.GetByLabel("Let others look at it").UncheckAsync();
        await Expect(publisher.Locator("#facts")).ToHaveTextAsync("Its picture stays on this device.");
        await Eventually.TrueAsync(async () => await Api.StateAsync(cameraId!) == CameraState.Suspended, s_patience, "it is missing");
        await Expect(watching.Locator("#badge")).ToHaveTextAsync("Reconnecting");
        await publisher.GetByLabel("Let others look at it").CheckAsync();
        await Expect(watching.Locator("#badge")).ToHaveTextAsync("Live");

        await publisher.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Eventually.TrueAsync(async () => await Api.StateAsync(cameraId!) == CameraState.Suspended, s_patience, "it is missing again");
    }

    [Fact]
    public async Task A_page_that_publishes_and_is_closed_takes_its_camera_with_it()
    {
        await using var window = await WindowAsync(chromium);
        var publisher = await PublishAsync(window);
        var cameraId = await publisher.Locator("#facts a").TextContentAsync();
        Assert.Equal(CameraState.Available, await Api.StateAsync(cameraId!));

        await publisher.CloseAsync();

        await Eventually.TrueAsync(async () => await Api.StateAsync(cameraId!) is null, s_patience, "it is gone");
    }

    [Fact]
    public async Task Where_UDP_is_blocked_it_sends_pictures_over_a_WebSocket_also_while_it_is_hidden()
    {
        await using var browser = await BrowserAsync();
        var publisher = await browser.OpenAsync(new Uri(Web.Address, "/cameras/browser"), BlockedUdp.Script);
        await publisher.LiveAsync(Cancel);
        await publisher.EvaluateAsync("document.getElementById('publish').click()");
        await publisher.UntilAsync("document.querySelector('#facts a') !== null", "true", Cancel);
        var cameraId = await publisher.EvaluateAsync("document.querySelector('#facts a').textContent");
        await browser.OpenAsync(new Uri("about:blank")); // another tab in front
        await publisher.UntilAsync("document.visibilityState", "hidden", Cancel);

        await using var window = await WindowAsync(chromium);
        var watching = await window.NewPageAsync();
        await watching.GotoAsync(new Uri(Web.Address, $"/cameras/{cameraId}").ToString());
        await Expect(watching.Locator("#badge")).ToHaveTextAsync("Live");
        for (var i = 0; i < 10; i++)
        {
            await watching.MovesAsync();
        }

        Assert.Contains(Api.Requests, request => request.Target.EndsWith("/publish", StringComparison.Ordinal));
        await browser.DisposeAsync();
        await Eventually.TrueAsync(async () => await Api.StateAsync(cameraId) == CameraState.Suspended, s_patience, "it is missing");
    }

    private async Task<IPage> PublishAsync(IBrowserContext window)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, "/cameras/browser").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        await page.GetByLabel("Let others look at it").CheckAsync();
        await Expect(page.Locator("#facts")).ToContainTextAsync("Others can look at it, as camera published-");
        return page;
    }
}

using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests what cameras need of a browser in Firefox: to borrow, to watch by both ways, to publish, and to give back.</summary>
[Trait("Suite", "Browser")]
public sealed class FirefoxTests(ChromiumBrowser chromium) : WebTest
{
    private const string Badge = "document.getElementById('badge').textContent";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_watches_a_camera_of_the_server_and_gives_it_back_when_it_is_killed()
    {
        await using var firefox = await FirefoxAsync();
        var page = await firefox.OpenAsync(new Uri(Web.Address, "/cameras/demo"));
        await page.UntilAsync(Badge, "Live");
        await page.MovesAsync();
        await Eventually.TrueAsync(() => Api.Requests.Any(request => request.Target.EndsWith("/whep", StringComparison.Ordinal)) && Api.Viewers == 0, s_patience, "it watches by WebRTC, and the stream has ended");
        await page.MovesAsync();
        Assert.Equal("demo", Assert.Single(await Api.LiveAsync()).CameraId);

        await firefox.DisposeAsync();

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0, s_patience, "the camera is free");
    }

    [Fact]
    public async Task It_publishes_its_camera_to_Chromium_and_to_itself()
    {
        await using var firefox = await FirefoxAsync();
        var publisher = await firefox.OpenAsync(new Uri(Web.Address, "/cameras/browser"));
        await publisher.UntilAsync("document.getElementById('start').hidden", "false"); // Firefox does not say that it will not ask
        await publisher.EvaluateAsync("document.getElementById('start').click()");
        await publisher.UntilAsync(Badge, "Live");
        await publisher.EvaluateAsync("document.getElementById('publish').click()");
        await publisher.UntilAsync("document.querySelector('#facts a') !== null", "true");
        var cameraId = await publisher.EvaluateAsync("document.querySelector('#facts a').textContent");

        await using var window = await WindowAsync(chromium);
        var guard = await window.NewPageAsync();
        await guard.GotoAsync(new Uri(Web.Address, $"/cameras/{cameraId}?shared").ToString());
        await Expect(guard.Locator("#badge")).ToHaveTextAsync("Live");
        await guard.MovesAsync();
        var other = await firefox.OpenAsync(new Uri(Web.Address, $"/cameras/{cameraId}?shared"));
        await other.UntilAsync(Badge, "Live");
        await other.MovesAsync();
        Assert.DoesNotContain(Api.Requests, request => request.Target.EndsWith("/publish", StringComparison.Ordinal)); // it was WebRTC

        await publisher.EvaluateAsync("document.getElementById('publish').click()");
        await Eventually.TrueAsync(async () => await Api.StateAsync(cameraId) == CameraState.Suspended, s_patience, "it is missing");
    }

    private async Task<FirefoxProcess> FirefoxAsync()
    {
        var firefox = await FirefoxProcess.StartAsync(Cancel);
        await firefox.GiveAsync(Operator, Web.Address);
        return firefox;
    }
}

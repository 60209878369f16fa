using Attendance.Tests.Hosts;
using Attendance.Tests.Live;
using Attendance.Tests.Programs;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests a page that watches a camera of the server by WebRTC, and what it does where that is not possible.</summary>
[Trait("Suite", "Browser")]
public sealed class WatchTests(ChromiumBrowser chromium) : WebTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly List<string> _log = [];

    [Fact]
    public async Task It_shows_Motion_JPEG_at_once_and_WebRTC_as_soon_as_that_shows()
    {
        await using var window = await WindowAsync(chromium);
        var page = await WatchAsync(window);

        await SaidAsync("picture by WebRTC");
        Assert.Equal("picture by Motion JPEG", Log().First(said => said.StartsWith("picture by", StringComparison.Ordinal)));
        await page.MovesAsync();
        await Eventually.TrueAsync(() => Api.Viewers == 0, "the stream has ended");
        Assert.DoesNotContain(Api.Requests, request => request.Target.Contains("/whep", StringComparison.Ordinal) && request.Target.Contains("lease", StringComparison.Ordinal));

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop camera" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("Stopped. The camera is free for others.");
        await Eventually.TrueAsync(() => Api.Viewers == 0, "no viewer is left");
    }

    [Fact]
    public async Task When_the_process_for_WebRTC_is_killed_it_goes_on_by_Motion_JPEG_and_comes_back()
    {
        await using var window = await WindowAsync(chromium);
        var page = await WatchAsync(window);
        await SaidAsync("picture by WebRTC");

        Processes.Signal(Assert.Single(Processes.WebRtcOf(Api.Node.Pid)), "KILL");

        await Eventually.TrueAsync(() => Log().Count(said => said == "picture by WebRTC") == 2, s_patience, "it shows by WebRTC again");
        await page.MovesAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task Where_the_server_has_no_encoder_left_it_stays_with_Motion_JPEG()
    {
        Api.Proxy.Refuse("POST", "/api/cameras/demo/whep", new Problem(503, ProblemCodes.TooManyViewers, "As many watch as may."));
        await using var window = await WindowAsync(chromium);
        var page = await WatchAsync(window);

        await SaidAsync("no picture by WebRTC (too_many_viewers)");
        await page.MovesAsync();
        Assert.DoesNotContain("picture by WebRTC", Log());
    }

    [Fact]
    public async Task Where_UDP_is_blocked_it_stays_with_Motion_JPEG()
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(BlockedUdp.Script);
        var page = await WatchAsync(window);

        await SaidAsync("no picture by WebRTC in time");
        await page.MovesAsync();
        Assert.DoesNotContain("picture by WebRTC", Log());
    }

    [Fact]
    public async Task When_the_network_loses_every_picture_it_goes_on_by_Motion_JPEG()
    {
        var port = LossyRelay.FreePorts();
        await UseAsync("--Cameras:demo:Source=test-pattern", "--WebRtc:Addresses:0=127.0.0.1", $"--WebRtc:Port={port}");
        using var network = new LossyRelay(port, 0);
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(network.Script);
        var page = await WatchAsync(window);
        await SaidAsync("picture by WebRTC");

        network.LosePictures();

        await SaidAsync("no picture by WebRTC (picture_old)");
        await page.MovesAsync();
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
    }

    private async Task<IPage> WatchAsync(IBrowserContext window)
    {
        await window.AddInitScriptAsync("localStorage.camera_debug = 'true'");
        var page = await window.NewPageAsync();
        page.Console += (_, message) =>
        {
            // [camera] time words…
            if (message.Text.Split(' ', 3) is ["[camera]", _, var said])
            {
                lock (_log)
                {
                    _log.Add(said);
                }
            }
        };
        await page.GotoAsync(new Uri(Web.Address, "/cameras/demo").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
        return page;
    }

    private Task<TimeSpan> SaidAsync(string what) => Eventually.TrueAsync(() => Log().Contains(what), s_patience, $"it says '{what}'", () => string.Join('\n', Log()));

    private IReadOnlyList<string> Log()
    {
        lock (_log)
        {
            return [.. _log];
        }
    }
}

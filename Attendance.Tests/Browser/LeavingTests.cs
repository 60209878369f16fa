using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>Tests pages that are left and come back, with either kind of camera. Chromium is asked what it did with the page.</summary>
[Trait("Suite", "Browser")]
public sealed class LeavingTests(ChromiumBrowser chromium) : WebTest
{
    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    public async Task A_page_goes_into_the_back_forward_cache_without_its_camera_and_takes_it_again(string target)
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window, target);
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");
        await page.EvaluateAsync("() => { window.kept = true; }");
        var control = await window.NewCDPSessionAsync(page);
        await control.SendAsync("Page.enable");
        var verdicts = new List<string>();
        control.Event("Page.backForwardCacheNotUsed").OnEvent += (_, verdict) => verdicts.Add(verdict?.ToString() ?? "");

        await page.GotoAsync(new Uri(Web.Address, "/nothing").ToString());
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0 && Api.Presence.Open == 0, TimeSpan.FromSeconds(2), "camera and socket are given back");
        Assert.DoesNotContain("grace_ms", Assert.Single(Api.Cleanups).Body, StringComparison.Ordinal);
        await page.GoBackAsync(new() { WaitUntil = WaitUntilState.Commit });
        await LiveAsync(page);

        Assert.True(await page.EvaluateAsync<bool>("() => window.kept === true"), $"Not from the cache: {string.Join(", ", verdicts)}");
        Assert.Empty(verdicts);
        Assert.Single(await Api.LiveAsync());
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open again");
    }

    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    public async Task A_page_that_is_frozen_has_given_its_camera_back_and_takes_it_again(string target)
    {
        await using var browser = await BrowserAsync();
        var page = await browser.OpenAsync(new Uri(Web.Address, target));
        await page.LiveAsync(Cancel);

        await browser.OpenAsync(new Uri("about:blank")); // another tab in front, because only hidden pages are frozen
        await page.UntilAsync("document.visibilityState", "hidden", Cancel);
        await page.FreezeAsync();
        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0 && Api.Presence.Open == 0, "camera and socket are given back");
        await page.ThawAsync();
        await page.ShowAsync();

        await page.LiveAsync(Cancel);
        Assert.Single(await Api.LiveAsync());
        Assert.Equal("page_hide", Assert.Single(await Api.EndedAsync()).Reason);
    }

    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    public async Task A_tab_behind_another_keeps_its_camera_and_the_server_knows(string target)
    {
        await using var browser = await BrowserAsync();
        var page = await browser.OpenAsync(new Uri(Web.Address, target));
        await page.LiveAsync(Cancel);
        var lease = Assert.Single(await Api.LiveAsync());

        await browser.OpenAsync(new Uri("about:blank"));
        await page.UntilAsync("document.getElementById('badge').textContent", "Paused", Cancel);
        await Eventually.TrueAsync(() => Api.Presence.Heard.Any(heard => heard.Hidden == true), "the server knows");
        var renewals = Api.Presence.Renewals;
        await Eventually.TrueAsync(() => Api.Presence.Renewals > renewals, "the server goes on renewing");
        await page.ShowAsync();

        await page.LiveAsync(Cancel);
        Assert.Equal(lease.LeaseId, Assert.Single(await Api.LiveAsync()).LeaseId);
    }

    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    public async Task A_page_that_is_reloaded_keeps_its_lease(string target)
    {
        Api.StretchGrace(); // a machine that is slow is no failure here: the fault suite holds a reload to its bound
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window, target);
        var lease = Assert.Single(await Api.LiveAsync());
        for (var i = 0; i < 3; i++)
        {
            await page.ReloadAsync();
            await LiveAsync(page);
        }

        Assert.Empty(await Api.EndedAsync());
        Assert.Equal(lease.LeaseId, Assert.Single(await Api.LiveAsync()).LeaseId);
        Assert.All(Api.Cleanups, sent => Assert.Equal(2000, JsonDocument.Parse(sent.Body).RootElement.GetProperty("grace_ms").GetInt32()));
    }

    [Fact]
    public async Task A_tab_that_is_closed_frees_this_devices_camera()
    {
        await using var window = await WindowAsync(chromium);
        var page = await OpenAsync(window, "/cameras/browser");

        await page.CloseAsync();

        await Eventually.TrueAsync(async () => (await Api.LiveAsync()).Count == 0 && Api.Presence.Open == 0, "camera and socket are given back");
        Assert.Single(Api.Cleanups);
    }

    [Fact]
    public async Task A_renderer_that_crashes_leaves_no_socket()
    {
        await using var browser = await chromium.LaunchAsync(Cancel);
        await using var window = await WindowAsync(browser);
        var page = await OpenAsync(window, "/cameras/browser");
        await Eventually.TrueAsync(() => Api.Presence.Open == 1, "the socket is open");
        var crashed = new TaskCompletionSource();
        page.Crash += (_, _) => crashed.TrySetResult();

        _ = page.GotoAsync("chrome://crash").ContinueWith(gone => gone.Exception, TaskScheduler.Default);

        await crashed.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        await Eventually.TrueAsync(() => Api.Presence.Open == 0, "the socket is gone, and the server's grace begins");
    }

    [Fact]
    public async Task Nothing_on_the_page_listens_to_what_would_keep_it_out_of_the_cache()
    {
        await using var window = await WindowAsync(chromium);
        await window.AddInitScriptAsync(
            """
            window.heard = [];
            const add = EventTarget.prototype.addEventListener;
            EventTarget.prototype.addEventListener = function (type, ...rest) {
                window.heard.push(type);
                return add.call(this, type, ...rest);
            };
            """);
        var page = await OpenAsync(window, "/cameras/browser");

        var heard = await page.EvaluateAsync<string[]>("() => heard");

        Assert.Contains("pagehide", heard);
        Assert.DoesNotContain("unload", heard);
        Assert.DoesNotContain("beforeunload", heard);
    }

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

    private async Task<IPage> OpenAsync(IBrowserContext window, string target)
    {
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(Web.Address, target).ToString());
        await LiveAsync(page);
        return page;
    }
}

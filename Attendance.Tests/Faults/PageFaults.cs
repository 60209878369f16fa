using System.Diagnostics;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Faults;

/// <summary>Tests pages that go away, in a real Chromium. Pages with a camera of the server and with their own take turns.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class PageFaults(SharedFaultySystem shared, FaultTable table, ChromiumBrowser chromium)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_hidden = TimeSpan.FromSeconds(75);
    private static readonly string[] s_targets = ["/cameras/demo", "/cameras/browser"];
    private readonly FaultySystem _faulty = shared.Faulty;

    private static int Rounds => s_targets.Length * ((FaultTable.FewRuns + 1) / s_targets.Length);

    /// <summary>How often a fault that takes more than ten seconds is repeated.</summary>
    private static int SlowRounds => s_targets.Length * Math.Max(1, FaultTable.FewRuns / 4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _faulty.System.ReleaseAllAsync();

    [Fact]
    public Task A_tab_that_is_closed_frees_its_camera() => LeavesAsync(FaultRow.TabClosed, page => page.CloseAsync());

    [Fact]
    public Task A_page_that_is_left_frees_its_camera() =>
        LeavesAsync(FaultRow.PageLeft, page => page.GetByRole(AriaRole.Link, new() { Name = "All cameras" }).ClickAsync());

    [Fact]
    public async Task A_page_that_is_reloaded_keeps_its_lease()
    {
        await using var window = await _faulty.System.WindowAsync(chromium, Cancel);
        var times = new List<TimeSpan>();
        foreach (var target in s_targets)
        {
            var (page, hold) = await OpenAsync(window, target);
            for (var i = 0; i < Rounds / s_targets.Length; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await page.ReloadAsync();
                await LiveAsync(page);
                times.Add(Stopwatch.GetElapsedTime(started));
                await StillHeldAsync(hold);
            }

            await page.CloseAsync();
            await _faulty.FreeAsync(hold, s_patience);
        }

        table.Record(FaultRow.PageReloaded, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public Task A_browser_that_is_killed_frees_its_camera() => StrikesAsync(FaultRow.BrowserKilled, (browser, _) =>
    {
        Processes.Signal(browser.Id, "KILL");
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_page_that_crashes_frees_its_camera() => StrikesAsync(FaultRow.RendererCrashed, (browser, page) =>
    {
        _ = page.SendAsync("Page.crash").ContinueWith(answer => answer.Exception, TaskScheduler.Default); // the crashed page sends no answer
        return Task.CompletedTask;
    });

    [Fact]
    public async Task A_network_that_goes_silent_frees_the_camera()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < SlowRounds; i++)
        {
            await using var network = new SilentNetwork(_faulty.System.Web);
            await using var browser = await _faulty.System.BrowserAsync(Cancel);
            var (_, hold) = await OpenAsync(browser, network.Address, Target(i));

            var started = Stopwatch.GetTimestamp();
            network.FallSilent();
            await _faulty.FreeAsync(hold, TimeSpan.FromSeconds(40));
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        table.Record(FaultRow.NetworkCut, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task A_tab_that_is_hidden_keeps_its_camera()
    {
        // Timers of a tab that is hidden for ten seconds run once a minute here, instead of after five minutes.
        await using var browser = await _faulty.System.BrowserAsync(
            Cancel, "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10");
        var tabs = new List<(ChromiumPage Page, Hold Hold)>();
        foreach (var target in s_targets)
        {
            tabs.Add(await OpenAsync(browser, _faulty.System.Web, target));
        }

        await browser.OpenAsync(new Uri("about:blank"));
        foreach (var (page, _) in tabs)
        {
            await page.UntilAsync("document.visibilityState", "hidden", Cancel);
        }

        await Task.Delay(s_hidden, Cancel);
        var times = new List<TimeSpan>();
        foreach (var (page, hold) in tabs)
        {
            await StillHeldAsync(hold);
            var started = Stopwatch.GetTimestamp();
            await page.ShowAsync();
            await page.LiveAsync(Cancel);
            times.Add(Stopwatch.GetElapsedTime(started));
            await StillHeldAsync(hold);
        }

        await browser.DisposeAsync();
        await Task.WhenAll(tabs.Select(tab => _faulty.FreeAsync(tab.Hold, s_patience)));
        table.Record(FaultRow.TabHidden, times, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task A_page_that_is_frozen_frees_its_camera_and_takes_it_again()
    {
        await using var browser = await _faulty.System.BrowserAsync(Cancel);
        var (frozen, thawed) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < Rounds; i++)
        {
            var target = Target(i);
            var (page, hold) = await OpenAsync(browser, _faulty.System.Web, target);
            var front = await browser.OpenAsync(new Uri("about:blank")); // another tab in front, because only hidden pages are frozen
            await page.UntilAsync("document.visibilityState", "hidden", Cancel);
            var started = Stopwatch.GetTimestamp();
            await page.FreezeAsync();
            await _faulty.FreeAsync(hold, s_patience);
            frozen.Add(Stopwatch.GetElapsedTime(started));

            var others = await _faulty.WorkersAsync();
            started = Stopwatch.GetTimestamp();
            await page.ThawAsync();
            await page.ShowAsync();
            await page.LiveAsync(Cancel);
            thawed.Add(Stopwatch.GetElapsedTime(started));
            hold = await AddAsync(target, others);
            await page.SendAsync("Page.close");
            await front.SendAsync("Page.close");
            await _faulty.FreeAsync(hold, s_patience);
        }

        table.Record(FaultRow.PageFrozen, frozen, await _faulty.LeaksAsync());
        table.Record(FaultRow.PageThawed, thawed, 0);
    }

    [Fact]
    public async Task Web_that_is_killed_frees_the_cameras_of_its_pages()
    {
        await using var browser = await _faulty.System.BrowserAsync(Cancel);
        var times = new List<TimeSpan>();
        for (var i = 0; i < Rounds; i++)
        {
            var (_, hold) = await OpenAsync(browser, _faulty.System.Web, Target(i));
            var web = await _faulty.System.ProcessAsync("web", Cancel);

            var started = Stopwatch.GetTimestamp();
            Processes.Signal(web, "KILL");
            await _faulty.FreeAsync(hold, s_patience);
            times.Add(Stopwatch.GetElapsedTime(started));

            await _faulty.System.ExitCodeAsync("web", Cancel);
            Assert.True(await _faulty.System.CommandAsync("web", "start", Cancel));
            await _faulty.System.HealthyAsync("web", Cancel);
        }

        await browser.DisposeAsync();
        await _faulty.System.ReleaseAllAsync();
        table.Record(FaultRow.WebKilled, times, await _faulty.LeaksAsync());
    }

    /// <summary>Measures from the fault until the camera is free, each time in a new browser.</summary>
    private async Task StrikesAsync(FaultRow row, Func<ChromiumProcess, ChromiumPage, Task> strikeAsync)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Rounds; i++)
        {
            await using var browser = await _faulty.System.BrowserAsync(Cancel);
            var (page, hold) = await OpenAsync(browser, _faulty.System.Web, Target(i));

            var started = Stopwatch.GetTimestamp();
            await strikeAsync(browser, page);
            await _faulty.FreeAsync(hold, s_patience);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    private static string Target(int round) => s_targets[round % s_targets.Length];

    private async Task<(ChromiumPage Page, Hold Hold)> OpenAsync(ChromiumProcess browser, Uri web, string target)
    {
        var others = await _faulty.WorkersAsync();
        var page = await browser.OpenAsync(new Uri(web, target));
        await page.LiveAsync(Cancel);
        return (page, await AddAsync(target, others));
    }

    /// <summary>Measures from leaving the page until the camera is free.</summary>
    private async Task LeavesAsync(FaultRow row, Func<IPage, Task> leaveAsync)
    {
        await using var window = await _faulty.System.WindowAsync(chromium, Cancel);
        var times = new List<TimeSpan>();
        for (var i = 0; i < Rounds; i++)
        {
            var (page, hold) = await OpenAsync(window, Target(i));

            var started = Stopwatch.GetTimestamp();
            page.Response += (_, answer) => started = answer.Request.IsNavigationRequest ? Stopwatch.GetTimestamp() : started; // before it, a browser tells a page nothing
            var leaving = leaveAsync(page);
            await _faulty.FreeAsync(hold, s_patience);
            times.Add(Stopwatch.GetElapsedTime(started));

            await leaving;
            await page.CloseAsync();
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    private async Task<(IPage Page, Hold Hold)> OpenAsync(IBrowserContext window, string target)
    {
        var others = await _faulty.WorkersAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_faulty.System.Web, target).ToString());
        await LiveAsync(page);
        return (page, await AddAsync(target, others));
    }

    /// <summary>Returns the hold of the page that has just become live.</summary>
    /// <param name="others">The workers that were there before the page.</param>
    private async Task<Hold> AddAsync(string target, IReadOnlyList<int> others)
    {
        var isBrowsers = target == "/cameras/browser";
        var camera = Assert.Single(
            await HeldAsync(), held => held.GetProperty("camera_id").GetString()!.StartsWith(isBrowsers ? "browser-" : "demo", StringComparison.Ordinal));
        var hold = new Hold(
            camera.GetProperty("camera_id").GetString()!, "", new Lease("", camera.GetProperty("lease_ref").GetString()!, 0, "", ""), isBrowsers ? Hold.NoWorker : await _faulty.NewWorkerAsync(others));
        _faulty.Add(hold);
        return hold;
    }

    private async Task StillHeldAsync(Hold hold)
    {
        Assert.Contains(await HeldAsync(), held => held.GetProperty("lease_ref").GetString() == hold.Lease.Ref);
        Assert.True(hold.Worker == Hold.NoWorker || Processes.IsAlive(hold.Worker));
    }

    private async Task<IReadOnlyList<JsonElement>> HeldAsync() =>
    [
        .. (await _faulty.System.StatusAsync()).GetProperty("cameras").EnumerateArray()
            .Where(camera => camera.GetProperty("lease_ref").ValueKind == JsonValueKind.String),
    ];

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
}

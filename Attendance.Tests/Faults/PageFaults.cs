using System.Diagnostics;
using System.Text.Json;
using Attendance.Tests.Browser;
using Attendance.Tests.EndToEnd;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Faults;

/// <summary>Pages that go away, in a real Chromium.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class PageFaults(SharedFaultySystem shared, FaultTable table, ChromiumBrowser chromium)
    : IClassFixture<SharedFaultySystem>, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _faulty.System.ReleaseAllAsync();

    [Fact]
    public Task A_tab_that_is_closed_frees_its_camera() => LeavesAsync(FaultRow.TabClosed, page => page.CloseAsync());

    [Fact]
    public Task A_page_that_is_left_frees_its_camera() =>
        LeavesAsync(FaultRow.PageLeft, page => page.GetByRole(AriaRole.Link, new() { Name = "All cameras" }).ClickAsync());

    [Fact]
    public async Task A_page_that_is_reloaded_gives_its_lease_back_and_is_live_again()
    {
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var (page, hold) = await OpenAsync(window);
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var spare = await _faulty.SpareAsync();
            var started = Stopwatch.GetTimestamp();
            var reloading = page.ReloadAsync();
            await Processes.UntilAsync(
                async () => !Processes.IsAlive(hold.Worker) && await HolderAsync() != hold.Lease.Ref, s_patience, "its lease has ended", Cancel);
            times.Add(Stopwatch.GetElapsedTime(started));

            await reloading;
            await LiveAsync(page);
            hold = await AddAsync(spare);
        }

        await page.CloseAsync();
        await _faulty.FreeAsync(hold, s_patience);
        table.Record(FaultRow.PageReloaded, times, await _faulty.LeaksAsync());
    }

    /// <summary>From the leaving until the camera is free.</summary>
    private async Task LeavesAsync(FaultRow row, Func<IPage, Task> leaveAsync)
    {
        await using var window = await chromium.NewContextAsync(null, Cancel);
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var (page, hold) = await OpenAsync(window);

            var started = Stopwatch.GetTimestamp();
            var leaving = leaveAsync(page);
            await _faulty.FreeAsync(hold, s_patience);
            times.Add(Stopwatch.GetElapsedTime(started));

            await leaving;
            await page.CloseAsync();
        }

        table.Record(row, times, await _faulty.LeaksAsync());
    }

    private async Task<(IPage Page, Hold Hold)> OpenAsync(IBrowserContext window)
    {
        var spare = await _faulty.SpareAsync();
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_faulty.System.Web, "/cameras/demo").ToString());
        await LiveAsync(page);
        return (page, await AddAsync(spare));
    }

    private async Task<Hold> AddAsync(int worker)
    {
        var hold = new Hold("demo", "", new Lease("", (await HolderAsync())!, 0, "", ""), worker);
        Assert.True(Processes.IsAlive(worker));
        _faulty.Add(hold);
        return hold;
    }

    private async Task<string?> HolderAsync()
    {
        var status = await _faulty.System.StatusAsync();
        return status.GetProperty("cameras").EnumerateArray()
            .Single(camera => camera.GetProperty("camera_id").GetString() == "demo").GetProperty("lease_ref") is { ValueKind: JsonValueKind.String } holder
                ? holder.GetString()
                : null;
    }

    private static Task LiveAsync(IPage page) => Expect(page.Locator("#badge")).ToHaveTextAsync("Live");
}

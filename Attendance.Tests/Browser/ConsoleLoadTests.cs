using System.Globalization;
using Attendance.CameraApi.Api.Operations;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Views;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.Browser;

/// <summary>
/// Measures the processor time and memory of a console that is left open. It runs for <c>ATTENDANCE_CONSOLE_MINUTES</c>, one
/// minute by default.
/// </summary>
[Trait("Suite", "Browser")]
public sealed class ConsoleLoadTests : WebTest
{
    private const int CameraCount = 200;
    private const int EventsPerSecond = 20;
    private const double MostOfACore = 0.30;
    private const double MostHeapGrowth = 1.5 * 1024 * 1024;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task With_200_cameras_held_and_20_events_a_second_it_uses_little_and_its_memory_is_flat()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processor time is read from /proc.");
        var ops = new ShownOps(Api.Proxy);
        await ops.PutAsync([.. Enumerable.Range(0, CameraCount).Select(Held)]);
        ops.Points.AddRange(Enumerable.Range(0, 60).Reverse().Select(minute => ShownOps.Point(minute, CameraCount)));

        await using var browser = await ChromiumProcess.StartAsync(Cancel, "--window-size=1400,900");
        await (await Web.SignInAsync(AccountRole.Admin)).GiveToAsync(browser, Web.Address);
        var page = await browser.OpenAsync(new Uri(Web.Address, "/ops"));
        await page.UntilAsync("document.getElementById('connection')?.textContent", "Live", Cancel);
        await page.SendAsync("Performance.enable");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var driving = DriveAsync(ops, stopping.Token);
        await Task.Delay(s_warmUp, TimeProvider.System, Cancel);

        var lasts = TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("ATTENDANCE_CONSOLE_MINUTES") ?? "1", CultureInfo.InvariantCulture));
        var before = await MeasureAsync(page);
        var (started, used) = (TimeProvider.System.GetTimestamp(), ProcessorTime.OfTree(browser.Id));
        await Task.Delay(lasts, TimeProvider.System, Cancel);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var share = (ProcessorTime.OfTree(browser.Id) - used) / elapsed;
        var after = await MeasureAsync(page);
        var ofPage = (after.ProcessTime - before.ProcessTime) / elapsed.TotalSeconds;
        var rows = await page.EvaluateAsync("document.querySelectorAll('#camera-rows tr[data-camera]').length");
        var notFollowed = await page.EvaluateAsync("[...document.querySelectorAll('#camera-rows .col-holder')].filter(cell => cell.textContent === '5e5510a1').length");
        await stopping.CancelAsync();
        await driving;

        var figures = string.Create(CultureInfo.InvariantCulture,
            $"{lasts.TotalMinutes} min: {share:P1} of one core, of it {ofPage:P1} in the page's process; heap {before.Heap / 1024:F0} to {after.Heap / 1024:F0} KiB, {before.Nodes} to {after.Nodes} nodes, {rows} rows");
        TestContext.Current.AddAttachment("cost of the console", figures);
        TestContext.Current.SendDiagnosticMessage(figures);
        Assert.Equal("Live", await page.EvaluateAsync("document.getElementById('connection').textContent"));
        Assert.Equal("0", notFollowed); // every camera has had another holder meanwhile
        Assert.True(ofPage > 0 && share > ofPage * 0.9, figures); // the page's process is among those that were counted
        Assert.True(share < MostOfACore, figures);
        Assert.True(after.Heap - before.Heap < MostHeapGrowth, figures);
        Assert.True(after.Nodes < before.Nodes * 1.1, figures);
    }

    private static string NodeOf(int i) => $"node-{i % 4}";

    private static OpsCamera Held(int i) => ShownOps.Camera($"cam-{i:000}", $"Camera {i}", CameraState.Held, NodeOf(i)) with { HeldSince = ShownOps.Time(-i * 7) };

    /// <summary>Sends events at the pace of camera-api: each event at once, changed cameras twice a second, figures every two seconds.</summary>
    private async Task DriveAsync(ShownOps ops, CancellationToken cancellationToken)
    {
        const int ChangedAtATime = EventsPerSecond / 2 / 2; // twice a second, and an end and a beginning are one change
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            for (var look = 1; await timer.WaitForNextTickAsync(cancellationToken); look++)
            {
                var changed = Enumerable.Range(0, ChangedAtATime).Select(i => Held((look * ChangedAtATime + i) * 37 % CameraCount) with
                {
                    HeldSince = ShownOps.Time(0), SessionRef = $"{look:x8}", LastEndedAt = ShownOps.Time(0),
                    Holders = [new OpsHolder($"{look:x8}", $"{look:x8}", null, ShownOps.Time(0), ShownOps.Time(100))],
                }).ToArray();
                foreach (var camera in changed)
                {
                    await ops.TellAsync(CameraEventType.LeaseEnded, camera.CameraId);
                    await ops.TellAsync(CameraEventType.LeaseGranted, camera.CameraId);
                }

                await ops.PutAsync(changed);
                if (look % 4 == 0)
                {
                    foreach (var own in Enumerable.Range(0, CameraCount).GroupBy(i => NodeOf(i)))
                    {
                        await Api.Proxy.Events.TellAsync("figures", new FiguresEvent(own.Key,
                            [.. own.Select(i => (IReadOnlyList<object?>)[$"cam-{i:000}", 24 + (look + i) % 10 / 10.0, (look * 7 + i) % 40 / 1000.0, 1])]));
                    }
                }

                if (look % 20 == 0)
                {
                    await Api.Proxy.Events.TellAsync("trend", new TrendEvent("desk-1", ShownOps.Point(0, CameraCount - look % 7)));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was for as long as the test looks.
        }
    }

    /// <summary>Returns the heap's size after a garbage collection.</summary>
    private static async Task<(double Heap, double Nodes, double ProcessTime)> MeasureAsync(ChromiumPage page)
    {
        await page.SendAsync("HeapProfiler.collectGarbage");
        var metrics = (await page.SendAsync("Performance.getMetrics")).GetProperty("metrics").EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        return (metrics["JSHeapUsedSize"], metrics["Nodes"], metrics["ProcessTime"]);
    }
}

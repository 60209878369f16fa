using System.Diagnostics;
using Attendance.Tests.CameraApi.Sessions;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Processes that end while pages are present.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class PresenceProcessTests
{
    private const string Session = "camera_123456789_abc123";
    private const string BrowserCamera = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Web_that_is_killed_frees_the_cameras_of_its_pages_within_4_seconds()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        await system.AcquireAsync("demo", Session);
        await using var page = await system.SocketAsync(Session);
        await page.HearAsync("hello");

        Processes.Signal(await system.ProcessAsync("web", Cancel), "KILL");

        var took = await Processes.UntilAsync(
            async () => await system.StateAsync("demo") == "available", TimeSpan.FromSeconds(4), "the camera is free", Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine($"after {took.TotalMilliseconds:0} ms");
        Assert.Equal("disconnected", (await system.LastEndAsync("demo")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_Web_that_is_told_to_stop_waits_for_no_page()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        await using var page = await system.SocketAsync(Session);
        await page.HearAsync("hello");

        var started = Stopwatch.GetTimestamp();
        Processes.Signal(await system.ProcessAsync("web", Cancel), "TERM");

        Assert.Equal(0, await system.ExitCodeAsync("web", Cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_API_that_is_told_to_stop_says_so_to_its_pages_and_waits_for_none_that_hangs()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        await using var network = new MuteProxy(system.Web);
        await using var page = await system.SocketAsync(Session);
        await using var hung = await system.SocketAsync(Session + "_2", network.Address);
        await page.HearAsync("hello");
        await hung.HearAsync("hello");
        await system.AcquireAsync("demo", Session);
        await system.AcquireAsync(BrowserCamera, Session + "_2"); // whose release only its page could confirm
        network.Silence();

        var started = Stopwatch.GetTimestamp();
        Processes.Signal(await system.ProcessAsync("camera-api", Cancel), "TERM");
        Assert.Equal(0, await system.ExitCodeAsync("camera-api", Cancel));

        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper!.WriteLine($"after {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await page.ClosedAsync(1001);
        Assert.Equal("shutdown", (string?)page.Heard.Single(message => (string?)message["type"] == "ended")["reason"]);
    }

    [Fact]
    public async Task A_page_finds_the_leases_of_both_its_cameras_when_a_killed_API_is_back()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        await using (var page = await system.SocketAsync(Session))
        {
            await page.HearAsync("hello");
            await system.AcquireAsync("demo", Session);
            await system.AcquireAsync(BrowserCamera, Session);

            Processes.Signal(await system.ProcessAsync("camera-api", Cancel), "KILL");
            await page.Ended.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        }

        await system.ExitCodeAsync("camera-api", Cancel);
        Assert.True(await system.CommandAsync("camera-api", "start", Cancel));
        await system.HealthyAsync("camera-api", Cancel);

        await using var back = await system.SocketAsync(Session);
        Assert.Equal(
            [BrowserCamera, "demo"],
            (await back.HearAsync("hello"))["leases"]!.AsArray().Select(lease => (string?)lease!["camera_id"]).Order(StringComparer.Ordinal));
        Assert.Equal("held", await system.StateAsync(BrowserCamera));
    }
}

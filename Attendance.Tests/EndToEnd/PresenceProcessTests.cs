using System.Diagnostics;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Processes that end while pages are present.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class PresenceProcessTests(SharedSystem shared) : IAsyncDisposable
{
    private readonly AttendanceSystem _system = shared.System;

    private const string Session = "camera_123456789_abc123";
    private const string BrowserCamera = "browser-0123456789abcdef0123456789abcdef-0123456789abcdef";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>For the next test both services run again.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var resource in new[] { "camera-api", "web" })
        {
            await _system.StartedAsync(resource, CancellationToken.None);
        }

        await _system.ReleaseAllAsync();
    }

    [Fact]
    public async Task A_Web_that_is_killed_frees_the_cameras_of_its_pages_within_4_seconds()
    {
        await _system.AcquireAsync("demo", Session);
        await using var page = await _system.SocketAsync(Session);
        await page.HearAsync("hello");

        Processes.Signal(await _system.ProcessAsync("web", Cancel), "KILL");

        var took = await Eventually.TrueAsync(
            async () => await _system.StateAsync("demo") == "available", TimeSpan.FromSeconds(4), "the camera is free");
        TestContext.Current.TestOutputHelper!.WriteLine($"after {took.TotalMilliseconds:0} ms");
        Assert.Equal("disconnected", (await _system.LastEndAsync("demo")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_Web_that_is_told_to_stop_waits_for_no_page()
    {
        await using var page = await _system.SocketAsync(Session);
        await page.HearAsync("hello");

        var started = Stopwatch.GetTimestamp();
        Processes.Signal(await _system.ProcessAsync("web", Cancel), "TERM");

        Assert.Equal(0, await _system.ExitCodeAsync("web", Cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_API_that_is_told_to_stop_says_so_to_its_pages_and_waits_for_none_that_hangs()
    {
        await using var network = new MuteProxy(_system.Web);
        await using var page = await _system.SocketAsync(Session);
        await using var hung = await _system.SocketAsync(Session + "_2", network.Address);
        await page.HearAsync("hello");
        await hung.HearAsync("hello");
        await _system.AcquireAsync("demo", Session);
        await _system.AcquireAsync(BrowserCamera, Session + "_2"); // whose release only its page could confirm
        network.Silence();

        var started = Stopwatch.GetTimestamp();
        Processes.Signal(await _system.ProcessAsync("camera-api", Cancel), "TERM");
        Assert.Equal(0, await _system.ExitCodeAsync("camera-api", Cancel));

        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper!.WriteLine($"after {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await page.ClosedAsync(1001);
        Assert.Equal("shutdown", (string?)page.Heard.Single(message => (string?)message["type"] == "ended")["reason"]);
    }

    [Fact]
    public async Task A_page_finds_the_leases_of_both_its_cameras_when_a_killed_API_is_back()
    {
        await using (var page = await _system.SocketAsync(Session))
        {
            await page.HearAsync("hello");
            await _system.AcquireAsync("demo", Session);
            await _system.AcquireAsync(BrowserCamera, Session);

            Processes.Signal(await _system.ProcessAsync("camera-api", Cancel), "KILL");
            await page.Ended.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        }

        await _system.ExitCodeAsync("camera-api", Cancel);
        Assert.True(await _system.CommandAsync("camera-api", "start", Cancel));
        await _system.HealthyAsync("camera-api", Cancel);

        await using var back = await _system.SocketAsync(Session);
        Assert.Equal(
            [BrowserCamera, "demo"],
            (await back.HearAsync("hello"))["leases"]!.AsArray().Select(lease => (string?)lease!["camera_id"]).Order(StringComparer.Ordinal));
        Assert.Equal("held", await _system.StateAsync(BrowserCamera));
    }
}

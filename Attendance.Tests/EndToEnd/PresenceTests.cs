using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Sessions that are present by a socket, through Web as a page is, and a real camera worker.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class PresenceTests(SharedSystem shared) : IAsyncDisposable
{
    private readonly AttendanceSystem _system = shared.System;
    private readonly string _session = $"camera_{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Fact]
    public async Task A_socket_that_is_closed_without_a_goodbye_frees_its_cameras_after_the_grace()
    {
        await using var page = await PresentAsync("demo");

        var started = Stopwatch.GetTimestamp();
        await page.CloseAsync();
        await FreeAsync("demo", TimeSpan.FromSeconds(4));

        Report(started);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1.9, 4);
        Assert.Equal("disconnected", await EndAsync("demo"));
    }

    /// <summary>Each page at another moment between two signs of life: one of them at about the worst.</summary>
    [Fact]
    public async Task Pages_whose_network_goes_silent_free_their_cameras_within_15_seconds()
    {
        await using var network = new MuteProxy(_system.Web);
        var pages = new List<(PageSocket Page, string Camera)>();
        for (var i = 0; i < 12; i++)
        {
            var (session, camera) = ($"{_session}_{i}", i == 0 ? "demo" : $"browser-{Guid.NewGuid():N}-0123456789abcdef");
            await _system.AcquireAsync(camera, session);
            var page = await _system.SocketAsync(session, network.Address);
            await page.HearAsync("hello");
            pages.Add((page, camera));
            await Task.Delay(500, Cancel);
        }

        var started = Stopwatch.GetTimestamp();
        network.Silence();
        var times = new List<double>();
        var held = pages.Select(page => page.Camera).ToHashSet();
        while (held.Count > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15), $"Still held: {string.Join(", ", held)}.");
            var now = (await _system.StatusAsync()).GetProperty("camera_ids").EnumerateArray().Select(id => id.GetString()).ToHashSet();
            times.AddRange(held.Where(camera => !now.Contains(camera)).Select(_ => Stopwatch.GetElapsedTime(started).TotalSeconds));
            held.IntersectWith(now!);
            await Task.Delay(20, Cancel);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"after {times.Min():0.0} to {times.Max():0.0} s");
        var end = await _system.LastEndAsync("demo");
        Assert.Equal(("disconnected", "timeout"), (end.GetProperty("reason").GetString(), end.GetProperty("detail").GetString()));
        foreach (var (page, _) in pages)
        {
            await page.DisposeAsync();
        }
    }

    // A minute and more: run by its name, with -explicit on.
    [Fact(Explicit = true)]
    public async Task A_socket_on_which_nothing_is_said_for_more_than_a_minute_stays_open()
    {
        await using var page = await _system.SocketAsync(_session);
        await page.HearAsync("hello");

        await Task.Delay(TimeSpan.FromSeconds(65), Cancel);

        await _system.AcquireAsync("demo", _session);
        await _system.ReleaseAllAsync();
        await page.HearAsync("ended");
    }

    [Fact]
    public async Task A_socket_keeps_a_lease_far_beyond_its_time()
    {
        var later = DateTime.UtcNow.AddSeconds(13); // when it would have ended, and a time of its own after that
        await using var page = await PresentAsync("demo", ttlSeconds: 5);

        await page.HearAsync("renewed", message => message["leases"]!.AsArray().Any(lease => (DateTime)lease!["expires_at"]! > later));

        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task A_session_that_comes_back_within_the_grace_finds_its_lease()
    {
        var page = await PresentAsync("demo");
        var lease = (string?)(await page.HearAsync("hello"))["leases"]![0]!["lease_id"];
        await page.DisposeAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);

        await using var back = await _system.SocketAsync(_session);
        Assert.Equal(lease, (string?)(await back.HearAsync("hello"))["leases"]![0]!["lease_id"]);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Cancel);

        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task A_page_hears_at_once_that_ops_have_freed_its_camera_and_another_does_not()
    {
        await using var page = await PresentAsync("demo");
        await using var other = await _system.SocketAsync(_session + "_2");
        Assert.Empty((await other.HearAsync("hello"))["leases"]!.AsArray());

        var started = Stopwatch.GetTimestamp();
        var forcing = _system.ReleaseAllAsync();
        var ended = await page.HearAsync("ended");

        Report(started);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 1);
        Assert.Equal(("demo", "forced"), ((string?)ended["camera_id"], (string?)ended["reason"]));
        await forcing;
        Assert.Equal("hello", (string?)Assert.Single(other.Heard)["type"]);
    }

    [Fact]
    public async Task A_reload_keeps_its_lease_and_a_page_that_stays_away_loses_it()
    {
        var lease = await _system.AcquireAsync("demo", _session);
        await LeaveAsync();

        using var again = await _system.Operator.PostAsJsonAsync("/api/leases", new { session_id = _session, camera_id = "demo" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(lease, Lease.From(await again.Content.ReadFromJsonAsync<JsonElement>(Cancel)));
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        Assert.Equal("held", await _system.StateAsync("demo"));

        await LeaveAsync();
        await FreeAsync("demo", TimeSpan.FromSeconds(1));
        Assert.Equal("page_hide", await EndAsync("demo"));

        async Task LeaveAsync()
        {
            using var goodbye = await _system.Operator.PostAsJsonAsync(
                "/api/camera/cleanup/", new { session_id = _session, reason = "page_hide", grace_ms = 500 }, Cancel);
            var answer = await goodbye.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Equal("demo", answer.GetProperty("leaving")[0].GetProperty("camera_id").GetString());
            Assert.Equal(0, answer.GetProperty("released").GetArrayLength());
            Assert.Equal("held", await _system.StateAsync("demo"));
        }
    }

    [Fact]
    public async Task A_camera_of_a_browser_is_leased_by_its_page_and_free_when_the_page_has_stopped_it()
    {
        var camera = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
        using var acquired = await _system.Operator.PostAsJsonAsync("/api/leases", new { session_id = _session, camera_id = camera }, Cancel);
        Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);
        var lease = await acquired.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(JsonValueKind.Null, lease.GetProperty("stream_url").ValueKind);
        Assert.Equal($"/api/sessions/{_session}/presence", lease.GetProperty("presence_url").GetString());
        await using var page = await _system.SocketAsync(_session);
        await page.HearAsync("hello");
        Assert.Equal("held", await _system.StateAsync(camera));
        Assert.Contains(camera, await _system.Api.GetStringAsync("/api/cameras", Cancel), StringComparison.Ordinal);
        foreach (var list in (string[])["/api/cameras", "/api/camera/status", "/api/cameras/?browsers=true"])
        {
            Assert.DoesNotContain(camera, await _system.Operator.GetStringAsync(list, Cancel), StringComparison.Ordinal);
        }

        var forcing = _system.ReleaseAllAsync();
        await page.HearAsync("ended");
        Assert.Equal("releasing", await _system.StateAsync(camera));
        await page.SayAsync(new { type = "stopped", lease_id = lease.GetProperty("lease_id").GetString() });
        await forcing;

        using var gone = await _system.Api.GetAsync($"/api/cameras/{camera}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("forced", await EndAsync(camera));
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData("null")]
    public async Task A_page_of_another_site_opens_no_socket(string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", _system.Admin.Header);
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", origin);

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(PageSocket.Address(_system.Web, _session), Cancel));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task What_is_no_socket_or_no_session_or_has_no_key_is_refused()
    {
        using var plain = await _system.Operator.GetAsync($"/api/sessions/{_session}/presence", Cancel);
        Assert.Equal("websocket_required", await CodeAsync(plain));
        using var bad = await _system.Api.GetAsync("/api/sessions/no%20session/presence", Cancel);
        Assert.Equal("invalid_request", await CodeAsync(bad));
        using var unknown = await _system.Operator.GetAsync("/api/sessions/short/presence", Cancel);
        Assert.Equal("not_found", await CodeAsync(unknown));

        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(PageSocket.Address(_system.Api.BaseAddress!, _session), Cancel));
        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);

        static async Task<string?> CodeAsync(HttpResponseMessage response) =>
            (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
    }

    private async Task<PageSocket> PresentAsync(string cameraId, Uri? web = null, int? ttlSeconds = null)
    {
        await _system.AcquireAsync(cameraId, _session, ttlSeconds);
        var page = await _system.SocketAsync(_session, web, ("Origin", (web ?? _system.Web).GetLeftPart(UriPartial.Authority)));
        Assert.Equal(cameraId, (string?)(await page.HearAsync("hello"))["leases"]![0]!["camera_id"]);
        Assert.Equal("attendance.presence.v1", page.Socket.SubProtocol);
        return page;
    }

    private async Task<string?> EndAsync(string cameraId) => (await _system.LastEndAsync(cameraId)).GetProperty("reason").GetString();

    private Task<TimeSpan> FreeAsync(string cameraId, TimeSpan within) =>
        Eventually.TrueAsync(async () => await _system.StateAsync(cameraId) == "available", within, $"camera {cameraId} is free");

    private static void Report(long started) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.EndToEnd;

/// <summary>The system with two cameras that can be pulled out.</summary>
public sealed class SystemWithTwoPlugs : IAsyncLifetime
{
    public AttendanceSystem System { get; private set; } = null!;

    public FaultCamera Left { get; } = new("left");

    public FaultCamera Right { get; } = new("right");

    public async ValueTask InitializeAsync() => System = await AttendanceSystem.StartAsync(
        CancellationToken.None, Left.Setting, Right.Setting, "--Cameras:left:Tags:0=plug", "--Cameras:right:Tags:0=plug");

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        Left.Dispose();
        Right.Dispose();
    }
}

/// <summary>What becomes of a camera that is pulled out while it is in use, with real workers and a real page.</summary>
[Trait("Suite", "Browser")]
public sealed class FailoverTests(SystemWithTwoPlugs shared, ChromiumBrowser chromium) : IClassFixture<SystemWithTwoPlugs>, IAsyncDisposable
{
    private const string Picture = "() => document.getElementById('picture').toDataURL()";
    private const string PictureChanged = "before => document.getElementById('picture').toDataURL() !== before";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly AttendanceSystem _system = shared.System;
    private readonly string _session = $"camera_{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        shared.Left.Set();
        shared.Right.Set();
        await _system.ReleaseAllAsync();
    }

    [Fact]
    public async Task A_lease_that_may_move_goes_on_with_the_other_camera_under_its_id()
    {
        var lease = await AcquireAsync("left", failover: true);

        shared.Left.Set("missing");
        var now = await MovedAsync(lease);

        Assert.Equal("right", now.GetProperty("camera_id").GetString());
        var (stream, token) = (now.GetProperty("snapshot_url").GetString(), now.GetProperty("fencing_token").GetInt64());
        Assert.NotEqual(lease.FencingToken, token);
        using var picture = await _system.Api.GetAsync(stream, Cancel);
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
        Assert.Equal([$"{token}"], picture.Headers.GetValues("X-Fencing-Token"));

        using var stale = await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.Gone, stale.StatusCode);
        var problem = await stale.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(("lease_moved", "right"), (problem.GetProperty("code").GetString(), problem.GetProperty("camera_id").GetString()));
        using var write = await _system.Api.PostAsJsonAsync(
            "/api/leases/check", new { lease_id = lease.Id, camera_id = "left", fencing_token = lease.FencingToken }, Cancel);
        Assert.Equal(HttpStatusCode.Gone, write.StatusCode);

        await Eventually.TrueAsync(async () => await _system.StateAsync("left") == "available", s_patience, "the lost camera's slot is free");
        var end = await _system.LastEndAsync("left");
        Assert.Equal(("device_lost", "moved to right"), (end.GetProperty("reason").GetString(), end.GetProperty("detail").GetString()));
        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        Assert.Equal("manual", (await _system.LastEndAsync("right")).GetProperty("reason").GetString());
        Assert.Equal(0, await _system.ActiveCamerasAsync());
    }

    [Fact]
    public async Task A_lease_that_may_not_waits_and_goes_on_when_its_camera_is_back()
    {
        var lease = await AcquireAsync("left", failover: false);

        shared.Left.Set("missing");
        await Eventually.TrueAsync(async () => await _system.StateAsync("left") == "suspended", s_patience, "the lease waits");
        shared.Left.Set();

        await Eventually.TrueAsync(async () => await _system.StateAsync("left") == "held", s_patience, "the camera is back");
        Assert.Equal("left", (await CurrentAsync(lease)).GetProperty("camera_id").GetString());
        Assert.Equal(lease.FencingToken, (await CurrentAsync(lease)).GetProperty("fencing_token").GetInt64());
    }

    [Fact]
    public async Task A_page_goes_on_with_a_live_picture_of_the_other_camera_and_says_so()
    {
        await using var window = await _system.WindowAsync(chromium, Cancel);
        var page = await window.NewPageAsync();
        await page.GotoAsync(new Uri(_system.Web, "/cameras/left?failover").ToString());
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live");

        shared.Left.Set("missing");

        await Expect(page.Locator("#state")).ToContainTextAsync("You go on with camera right.", new() { Timeout = 30_000 });
        await Expect(page.Locator("#badge")).ToHaveTextAsync("Live", new() { Timeout = 30_000 });
        var before = await page.EvaluateAsync<string>(Picture);
        await page.WaitForFunctionAsync(PictureChanged, before);
        Assert.Equal("held", await _system.StateAsync("right"));

        await page.Locator("#stop").ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("Stopped. The camera is free for others.");
        Assert.Equal("available", await _system.StateAsync("right"));
    }

    [Fact]
    public async Task A_lease_that_may_move_may_so_after_its_API_was_killed()
    {
        var lease = await AcquireAsync("left", failover: true, ttlSeconds: 300); // longer than a start can take
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(await _system.ConnectionStringAsync(Cancel)))
        {
            await Eventually.TrueAsync(
                () => redis.GetServers().Any(server => server.Keys(pattern: "attendance:{*}:failover").Any()), s_patience, "the store knows what it may move to");
        }

        Processes.Signal(await _system.ProcessAsync("camera-api", Cancel), "KILL");
        await _system.ExitCodeAsync("camera-api", Cancel);
        Assert.True(await _system.CommandAsync("camera-api", "start", Cancel));
        await _system.HealthyAsync("camera-api", Cancel);

        shared.Left.Set("missing");

        Assert.Equal("right", (await MovedAsync(lease)).GetProperty("camera_id").GetString());
    }

    [Fact]
    public async Task The_camera_of_a_page_is_its_own_to_change()
    {
        using var response = await _system.Api.PostAsJsonAsync(
            "/api/leases", new { session_id = _session, camera_id = $"browser-{new string('a', 32)}-{new string('b', 16)}", failover = true }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True((await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors").TryGetProperty("failover", out _));
    }

    private async Task<Lease> AcquireAsync(string cameraId, bool failover, int? ttlSeconds = null)
    {
        using var response = await _system.Api.PostAsJsonAsync(
            "/api/leases", new { session_id = _session, camera_id = cameraId, failover, ttl_seconds = ttlSeconds }, Cancel);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return Lease.From(await response.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    private async Task<JsonElement> MovedAsync(Lease lease)
    {
        var now = default(JsonElement);
        await Eventually.TrueAsync(
            async () => (now = await CurrentAsync(lease)).GetProperty("fencing_token").GetInt64() != lease.FencingToken, s_patience, "the lease has moved");
        return now;
    }

    private Task<JsonElement> CurrentAsync(Lease lease) => _system.Api.GetFromJsonAsync<JsonElement>($"/api/leases/{lease.Id}", Cancel);
}

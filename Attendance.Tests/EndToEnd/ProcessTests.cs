using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.AppHost;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Real processes, real signals: whatever dies, the camera is free again.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class ProcessTests
{
    private const string Session = "camera_123456789_abc123";

    /// <summary>The bounds in time are the fault suite's affair.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_camera_api_that_is_told_to_stop_frees_everything_and_exits_with_0(string signal)
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Cameras:second:Source=test-pattern");
        await system.AcquireAsync("demo", Session);
        var lease = await system.AcquireAsync("second", Session);
        using var viewer = await system.Api.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var api = await system.ProcessAsync("camera-api", Cancel);
        var workers = Processes.WorkersOf(api);
        Assert.True(workers.Count >= 2);

        Processes.Signal(api, signal);

        Assert.Equal(0, await system.ExitCodeAsync("camera-api", Cancel));
        Assert.DoesNotContain(workers, Processes.IsAlive);
        Assert.True(await system.CommandAsync("camera-api", "start", Cancel));
        await system.HealthyAsync("camera-api", Cancel);
        Assert.Equal("shutdown", (await system.LastEndAsync("demo")).GetProperty("reason").GetString());
        Assert.Equal("shutdown", (await system.LastEndAsync("second")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_camera_api_that_is_killed_leaves_no_worker_and_goes_on_with_the_lease_when_it_is_back()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        var lease = await system.AcquireAsync("demo", Session);

        await KillAsync(system);
        await BackAsync(system);

        using var snapshot = await system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        Assert.Equal([$"{lease.FencingToken}"], snapshot.Headers.GetValues("X-Fencing-Token"));
        using var renewed = await system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        using var released = await system.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        Assert.Equal("client", (await system.LastEndAsync("demo")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_lease_whose_time_is_over_before_the_camera_api_is_back_is_settled()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        var lease = await system.AcquireAsync("demo", Session, ttlSeconds: 5);

        await KillAsync(system);
        await Task.Delay(TimeSpan.FromSeconds(5), Cancel);
        await BackAsync(system);

        Assert.Equal("node_restarted", (await system.LastEndAsync("demo")).GetProperty("reason").GetString());
        using var gone = await system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal("node_restarted", (await gone.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("reason").GetString());
        Assert.True((await system.AcquireAsync("demo", Session)).FencingToken > lease.FencingToken);
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_replaced_under_the_same_lease()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Capture:SpareWorkers=0");
        var lease = await system.AcquireAsync("demo", Session);
        var api = await system.ProcessAsync("camera-api", Cancel);
        var worker = Assert.Single(Processes.WorkersOf(api));

        Processes.Signal(worker, "KILL");

        await Processes.UntilAsync(
            () => Processes.WorkersOf(api).Any(other => other != worker), s_patience, "another worker has the camera", Cancel);
        await Processes.UntilAsync(
            async () => (await system.Api.GetFromJsonAsync<JsonElement>("/api/cameras/demo", Cancel)) is var camera
                && camera.GetProperty("frame_age_seconds").GetDouble() < 0.5 && camera.GetProperty("detail").ValueKind == JsonValueKind.Null,
            s_patience,
            "it delivers",
            Cancel);
        using var snapshot = await system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        Assert.Equal("held", await system.StateAsync("demo"));
    }

    [Fact]
    public async Task Nothing_outlives_an_AppHost_that_is_killed_while_a_camera_is_held()
    {
        var home = Directory.CreateTempSubdirectory("attendance-home-");
        try
        {
            using var host = new AppHostProcess(home, $"--Parameters:api-key={AttendanceSystem.ApiKey}");
            await host.UpAsync();
            using var page = await host.OperatorAsync();
            using var acquired = await page.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "demo" }, Cancel);
            Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);
            var all = host.Descendants();
            Assert.True(all.Count >= 3, "camera-api, web and a worker");

            host.Kill();

            await Processes.UntilAsync(() => !all.Any(Processes.IsAlive), s_patience, "no process is left", Cancel);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_lease_outlives_a_store_that_is_restarted()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel);
        var lease = await system.AcquireAsync("demo", Session);

        Assert.True(await system.CommandAsync("sessions", "restart", Cancel));
        await system.HealthyAsync("sessions", Cancel);

        await Processes.UntilAsync(
            async () => (await system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel)).StatusCode == HttpStatusCode.OK,
            s_patience,
            "the lease is renewed",
            Cancel);
        using var snapshot = await system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
    }

    [Fact]
    public async Task Without_the_store_nothing_is_granted_and_everything_can_be_released()
    {
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Cameras:second:Source=test-pattern");
        var lease = await system.AcquireAsync("demo", Session);
        Assert.True(await system.CommandAsync("sessions", "stop", Cancel));

        using var refused = await system.Api.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "second" }, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("store_unavailable", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());

        using var released = await system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        Assert.Equal("available", await system.StateAsync("demo"));

        Assert.True(await system.CommandAsync("sessions", "start", Cancel));
        await system.HealthyAsync("sessions", Cancel);
        await Processes.UntilAsync(
            async () => await HasEndedInTheLedgerAsync(), s_patience, "the store was told", Cancel);
        await system.AcquireAsync("demo", Session + "_2");

        async Task<bool> HasEndedInTheLedgerAsync()
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(Cancel));
            var node = Environment.MachineName;
            return await redis.GetDatabase().ListLengthAsync($"attendance:{{{node}}}:ledger:demo") == 1
                && await redis.GetDatabase().SortedSetRankAsync($"attendance:{{{node}}}:deadlines", "demo") is null;
        }
    }

    private static async Task KillAsync(AttendanceSystem system)
    {
        var api = await system.ProcessAsync("camera-api", Cancel);
        var workers = Processes.WorkersOf(api);
        Assert.NotEmpty(workers);

        Processes.Signal(api, "KILL");

        await Processes.UntilAsync(() => !workers.Any(Processes.IsAlive), s_patience, "its workers are gone", Cancel);
        await system.ExitCodeAsync("camera-api", Cancel);
    }

    private static async Task BackAsync(AttendanceSystem system)
    {
        Assert.True(await system.CommandAsync("camera-api", "start", Cancel));
        await system.HealthyAsync("camera-api", Cancel);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>Real processes, real signals: whatever dies, the camera is free again.</summary>
[Trait("Suite", "EndToEnd")]
[Collection(SharedSystem.Name)]
public sealed class ProcessTests(SharedSystem shared) : IAsyncDisposable
{
    private readonly AttendanceSystem _system = shared.System;

    private const string Session = "camera_123456789_abc123";

    /// <summary>The bounds in time are the fault suite's affair.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.ReleaseAllAsync();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_camera_api_that_is_told_to_stop_frees_everything_and_exits_with_0(string signal)
    {
        await _system.AcquireAsync("demo", Session);
        var lease = await _system.AcquireAsync("second", Session);
        using var viewer = await _system.Api.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var api = await _system.ProcessAsync("camera-api", Cancel);
        var workers = Processes.WorkersOf(api);
        Assert.Equal(2, workers.Count);

        Processes.Signal(api, signal);

        Assert.Equal(0, await _system.ExitCodeAsync("camera-api", Cancel));
        Assert.DoesNotContain(workers, Processes.IsAlive);
        Assert.True(await _system.CommandAsync("camera-api", "start", Cancel));
        await _system.HealthyAsync("camera-api", Cancel);
        Assert.Equal("shutdown", (await _system.LastEndAsync("demo")).GetProperty("reason").GetString());
        Assert.Equal("shutdown", (await _system.LastEndAsync("second")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_camera_api_that_is_killed_leaves_no_worker_and_goes_on_with_the_lease_when_it_is_back()
    {
        var lease = await _system.AcquireAsync("demo", Session);

        await KillAsync();
        await BackAsync();

        using var snapshot = await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        Assert.Equal([$"{lease.FencingToken}"], snapshot.Headers.GetValues("X-Fencing-Token"));
        using var renewed = await _system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}", Cancel);
        Assert.Equal("client", (await _system.LastEndAsync("demo")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_lease_whose_time_is_over_before_the_camera_api_is_back_is_settled()
    {
        var lease = await _system.AcquireAsync("demo", Session, ttlSeconds: 5);

        await KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(5), Cancel);
        await BackAsync();

        Assert.Equal("node_restarted", (await _system.LastEndAsync("demo")).GetProperty("reason").GetString());
        using var gone = await _system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        Assert.Equal("node_restarted", (await gone.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("reason").GetString());
        Assert.True((await _system.AcquireAsync("demo", Session)).FencingToken > lease.FencingToken);
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_replaced_under_the_same_lease()
    {
        var api = await _system.ProcessAsync("camera-api", Cancel);
        await Eventually.TrueAsync(() => Processes.WorkersOf(api).Count == 0, s_patience, "no camera is open");
        var lease = await _system.AcquireAsync("demo", Session);
        var worker = Assert.Single(Processes.WorkersOf(api));

        Processes.Signal(worker, "KILL");

        await Eventually.TrueAsync(() => !Processes.IsAlive(worker), s_patience, "it is gone");
        await Eventually.TrueAsync(
            async () => (await _system.Api.GetFromJsonAsync<JsonElement>("/api/cameras/demo", Cancel)) is var camera
                && camera.GetProperty("frame_age_seconds").GetDouble() < 0.5 && camera.GetProperty("detail").ValueKind == JsonValueKind.Null,
            s_patience,
            "it delivers");
        using var snapshot = await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        Assert.Equal("held", await _system.StateAsync("demo"));
    }

    [Fact]
    public async Task A_lease_outlives_a_store_that_is_restarted()
    {
        var lease = await _system.AcquireAsync("demo", Session);

        Assert.True(await _system.CommandAsync("sessions", "restart", Cancel));
        await _system.HealthyAsync("sessions", Cancel);

        await Eventually.TrueAsync(
            async () => (await _system.Api.PutAsync($"/api/leases/{lease.Id}", null, Cancel)).StatusCode == HttpStatusCode.OK,
            s_patience,
            "the lease is renewed");
        using var snapshot = await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
    }

    [Fact]
    public async Task Without_the_store_nothing_is_granted_and_everything_can_be_released()
    {
        var lease = await _system.AcquireAsync("demo", Session);
        var before = await LedgerAsync();
        Assert.True(await _system.CommandAsync("sessions", "stop", Cancel));

        using var refused = await _system.Api.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = "second" }, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("store_unavailable", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());

        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        Assert.Equal("available", await _system.StateAsync("demo"));

        Assert.True(await _system.CommandAsync("sessions", "start", Cancel));
        await _system.HealthyAsync("sessions", Cancel);
        await Eventually.TrueAsync(
            async () => await HasEndedInTheLedgerAsync(), s_patience, "the store was told");
        await _system.AcquireAsync("demo", Session + "_2");

        async Task<bool> HasEndedInTheLedgerAsync()
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(await _system.ConnectionStringAsync(Cancel));
            return await LedgerAsync() == before + 1
                && await redis.GetDatabase().SortedSetRankAsync($"attendance:{{{Environment.MachineName}}}:deadlines", "demo") is null;
        }

        async Task<long> LedgerAsync()
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(await _system.ConnectionStringAsync(Cancel));
            return await redis.GetDatabase().ListLengthAsync($"attendance:{{{Environment.MachineName}}}:ledger:demo");
        }
    }

    private async Task KillAsync()
    {
        var api = await _system.ProcessAsync("camera-api", Cancel);
        var workers = Processes.WorkersOf(api);
        Assert.NotEmpty(workers);

        Processes.Signal(api, "KILL");

        await Eventually.TrueAsync(() => !workers.Any(Processes.IsAlive), s_patience, "its workers are gone");
        await _system.ExitCodeAsync("camera-api", Cancel);
    }

    private async Task BackAsync()
    {
        Assert.True(await _system.CommandAsync("camera-api", "start", Cancel));
        await _system.HealthyAsync("camera-api", Cancel);
    }
}

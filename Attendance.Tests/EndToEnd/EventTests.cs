using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.Hosts;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>What the node tells on the store's channel, as somebody hears it who only has the store.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class EventTests(EventTests.Fixture fixture) : IClassFixture<EventTests.Fixture>, IAsyncLifetime
{
    private const string Session = "camera_123456789_abc123";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FaultCamera _camera = fixture.Camera;
    private readonly AttendanceSystem _system = fixture.System;
    private readonly ConcurrentQueue<JsonElement> _told = new();
    private ConnectionMultiplexer _redis = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(await _system.ConnectionStringAsync(Cancel));
        await _redis.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal("attendance:events"), (_, message) => _told.Enqueue(JsonSerializer.Deserialize<JsonElement>(message.ToString())));
    }

    public async ValueTask DisposeAsync()
    {
        _camera.Set();
        await _system.ReleaseAllAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Every_lease_is_told_with_its_end_and_without_its_secrets()
    {
        var lease = await _system.AcquireAsync("demo", Session);
        using var released = await _system.Api.DeleteAsync($"/api/leases/{lease.Id}?reason=manual", Cancel);

        var granted = await ToldAsync("lease_granted", "demo");
        var ended = await ToldAsync("lease_ended", "demo");
        Assert.Equal(lease.Ref, granted.GetProperty("lease_ref").GetString());
        Assert.Equal(lease.Ref, ended.GetProperty("lease_ref").GetString());
        Assert.Equal("manual", ended.GetProperty("detail").GetString());
        Assert.All(_told, told => Assert.DoesNotContain(lease.Id, told.GetRawText(), StringComparison.Ordinal));
        Assert.All(_told, told => Assert.DoesNotContain(Session, told.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_camera_that_does_not_open_three_times_in_a_row_is_told_once_and_so_is_its_recovery()
    {
        _camera.Set("fail open");
        for (var i = 0; i < 4; i++)
        {
            using var refused = await AskAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        _camera.Set();
        using var granted = await AskAsync();
        Assert.Equal(HttpStatusCode.Created, granted.StatusCode);

        await ToldAsync("camera_recovered", _camera.Id);
        Assert.NotNull((await ToldAsync("camera_failing", _camera.Id)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_camera_that_fails_three_times_in_a_row_while_it_is_held_is_told_and_its_lease_stays()
    {
        var lease = await _system.AcquireAsync(_camera.Id, Session);

        _camera.Set("fail read", "fail open");
        await ToldAsync("camera_failing", _camera.Id);
        _camera.Set();

        await ToldAsync("camera_recovered", _camera.Id);
        using var snapshot = await _system.Api.GetAsync(lease.SnapshotUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, snapshot.StatusCode);
        Assert.DoesNotContain(_told, told => told.GetProperty("type").GetString() == "lease_ended" && told.GetProperty("lease_ref").GetString() == lease.Ref);
    }

    private Task<HttpResponseMessage> AskAsync() =>
        _system.Api.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = _camera.Id }, Cancel);

    /// <summary>The one event of this type.</summary>
    private async Task<JsonElement> ToldAsync(string type, string cameraId)
    {
        await Eventually.TrueAsync(() => Matching().Any(), s_patience, $"{type} is told");
        return Assert.Single(Matching());

        IEnumerable<JsonElement> Matching() => _told.Where(told =>
            told.GetProperty("type").GetString() == type && told.GetProperty("camera_id").GetString() == cameraId);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal FaultCamera Camera { get; } = new("faulty");

        internal AttendanceSystem System { get; private set; } = null!;

        public async ValueTask InitializeAsync() => System = await AttendanceSystem.StartAsync(CancellationToken.None, Camera.Setting);

        public async ValueTask DisposeAsync()
        {
            await System.DisposeAsync();
            Camera.Dispose();
        }
    }
}

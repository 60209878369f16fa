using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>A store that does not answer for a while, and then does all that it was asked.</summary>
public sealed class LeaseScriptBatcherTests(RedisStore server) : IClassFixture<RedisStore>
{
    [Fact]
    public async Task What_cannot_be_done_for_one_camera_is_done_for_others_in_the_same_moment()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var node = "node-" + Guid.NewGuid().ToString("N")[..12];
        var store = TestStore.Of(redis, node);
        await redis.GetDatabase().ListRightPushAsync($"attendance:{{{node}}}:lease:door", "not even a text");

        var asked = Enumerable.Range(0, 60)
            .Select(camera => store.AcquireAsync(camera % 3 == 2 ? "door" : $"camera-{camera}", Identifiers.NewLeaseId(), "one", TimeSpan.FromSeconds(30))).ToList();
        foreach (var (camera, grant) in asked.Index())
        {
            if (camera % 3 == 2)
            {
                await Assert.ThrowsAsync<StoreUnavailableException>(() => grant);
            }
            else
            {
                Assert.IsType<StoreGrant.Granted>(await grant);
            }
        }
    }

    [Fact]
    public async Task What_was_given_up_before_it_was_sent_is_never_done()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await using var other = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var store = TestStore.Of(redis, "node-" + Guid.NewGuid().ToString("N")[..12], TimeSpan.FromMilliseconds(300));
        Assert.IsType<StoreGrant.Granted>(await AcquireAsync("first"));

        await redis.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "60000", "WRITE");
        var sent = AcquireAsync("sent");
        var queued = Enumerable.Range(0, 20).Select(camera => AcquireAsync($"queued-{camera}")).ToList();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => sent);
        foreach (var one in queued)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => one);
        }

        await other.GetDatabase().ExecuteAsync("CLIENT", "UNPAUSE");
        Assert.IsType<StoreGrant.Granted>(await AcquireAsync("last"));
        Assert.Equal(["first", "last", "queued-0", "queued-1", "sent"], (await store.FindHeldAsync()).Order(StringComparer.Ordinal));

        Task<StoreGrant> AcquireAsync(string camera) => store.AcquireAsync(camera, Identifiers.NewLeaseId(), "one", TimeSpan.FromSeconds(30));
    }
}

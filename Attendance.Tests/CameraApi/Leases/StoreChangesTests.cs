using System.Diagnostics.Metrics;
using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Attendance.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>A store that does not answer for a while, and then does all that it was asked.</summary>
public sealed class StoreChangesTests(RedisStore server) : IClassFixture<RedisStore>
{
    [Fact]
    public async Task What_was_given_up_before_it_was_sent_is_never_done()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await using var other = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var store = new LeaseStore(
            redis,
            Options.Create(new LeaseOptions { StoreTimeout = TimeSpan.FromMilliseconds(300) }),
            Options.Create(new NodeOptions { Name = "node-" + Guid.NewGuid().ToString("N")[..12] }),
            TimeProvider.System,
            new StoreMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()));
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

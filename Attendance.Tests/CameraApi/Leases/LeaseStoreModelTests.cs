using Attendance.Tests.Stores;
using Attendance.Tests.Stories;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// Tests random sequences of events on a store: a camera is never held twice, a lease ends once and for one reason,
/// tokens grow, and late holders are refused.
/// </summary>
public abstract class LeaseStoreModelTests(StoreServer server) : IAsyncLifetime
{
    private ConnectionMultiplexer[] _connections = [];

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        _connections = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ConnectionMultiplexer.ConnectAsync(server.ConnectionString)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public Task Whatever_happens_the_store_does_what_its_model_does() =>
        Story.TellAllAsync(StoreStep.Any, count: 500, longest: 50, async steps =>
        {
            var world = new StoreWorld(_connections);
            foreach (var step in steps)
            {
                await step.HappenAsync(world);
                await world.CompareAsync();
            }
        });
}

public sealed class LeaseStoreModelOnGarnetTests(GarnetStore server) : LeaseStoreModelTests(server), IClassFixture<GarnetStore>;

public sealed class LeaseStoreModelOnRedisTests(RedisStore server) : LeaseStoreModelTests(server), IClassFixture<RedisStore>;

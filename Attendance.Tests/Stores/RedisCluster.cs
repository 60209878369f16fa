using Attendance.Tests.Programs;
using StackExchange.Redis;

namespace Attendance.Tests.Stores;

/// <summary>Three servers that share the slots of a Redis Cluster; none has a replica.</summary>
public sealed class RedisCluster : StoreServer
{
    private const int Slots = 16384;

    private readonly List<RedisProcess> _servers = [];
    private readonly List<int> _buses = [];

    public override string ConnectionString =>
        string.Join(',', _servers.Select(server => $"127.0.0.1:{server.Port}")) + $",password={Password},allowAdmin=true";

    public override async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    protected override async Task StartAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var (port, bus) = (ServerProcess.FreePort(), ServerProcess.FreePort());
            if (await RedisProcess.TryStartAsync(
                port,
                $"""
                requirepass {Password}
                masterauth {Password}
                save ""
                cluster-enabled yes
                cluster-port {bus}
                cluster-node-timeout 2000

                """) is not { } server)
            {
                Missing = RedisProcess.MissingMessage;
                return;
            }

            _servers.Add(server);
            _buses.Add(bus);
        }

        for (var i = 0; i < _servers.Count; i++)
        {
            await using var redis = await OneAsync(_servers[i].Port);
            var (first, last) = (Slots * i / _servers.Count, (Slots * (i + 1) / _servers.Count) - 1);
            await AskAsync(redis, _servers[i].Port, "ADDSLOTSRANGE", first, last);
            for (var other = 0; other < i; other++)
            {
                await AskAsync(redis, _servers[i].Port, "MEET", "127.0.0.1", _servers[other].Port, _buses[other]);
            }
        }

        foreach (var server in _servers)
        {
            await using var redis = await OneAsync(server.Port);
            await Eventually.TrueAsync(async () =>
                (await AskAsync(redis, server.Port, "INFO")).ToString() is var state
                && state.Contains("cluster_state:ok", StringComparison.Ordinal)
                && state.Contains("cluster_known_nodes:3", StringComparison.Ordinal), "the servers have found each other");
        }
    }

    private static Task<RedisResult> AskAsync(ConnectionMultiplexer redis, int port, params object[] words) =>
        redis.GetServer("127.0.0.1", port).ExecuteAsync("CLUSTER", words);

    /// <summary>Starts one server and waits until it answers.</summary>
    private async Task<ConnectionMultiplexer> OneAsync(int port)
    {
        ConnectionMultiplexer? redis = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},password={Password},allowAdmin=true");
                return true;
            }
            catch (RedisConnectionException)
            {
                return false;
            }
        }, "the server answers");
        return redis!;
    }
}

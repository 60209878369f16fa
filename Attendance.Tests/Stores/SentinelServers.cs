using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Stores;

/// <summary>A primary, its replica, and three sentinels of which two must agree that the primary is gone.</summary>
public sealed class SentinelServers : IAsyncLifetime
{
    public const string ServiceName = "attendance";

    /// <summary>How long the sentinels wait before they consider a silent primary down.</summary>
    public static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(1);

    private readonly List<RedisProcess> _running = [];
    private readonly string _password = Guid.NewGuid().ToString("N");
    private string _sentinels = "";
    private RedisProcess? _primary;
    private int _replica;

    /// <summary>Why the servers cannot run; null if they run.</summary>
    public string? Missing { get; private set; }

    /// <summary>The connection string of a node. It names the sentinels, never the servers.</summary>
    public string ConnectionString => $"{_sentinels},serviceName={ServiceName},password={_password}";

    public async ValueTask InitializeAsync()
    {
        _primary = await StartAsync("");
        if (_primary is null)
        {
            Missing = RedisProcess.MissingMessage;
            return;
        }

        _replica = (await StartAsync($"replicaof 127.0.0.1 {_primary.Port}\n"))!.Port;
        await Eventually.TrueAsync(async () => await InfoAsync(_replica, "replication") is { } said && said.Contains("master_link_status:up", StringComparison.Ordinal), "the servers have found each other");
        var ports = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            ports.Add((await StartAsync(
                $"""
                sentinel monitor {ServiceName} 127.0.0.1 {_primary.Port} 2
                sentinel auth-pass {ServiceName} {_password}
                sentinel down-after-milliseconds {ServiceName} {DownAfter.TotalMilliseconds}
                sentinel failover-timeout {ServiceName} 10000
                sentinel sentinel-pass {_password}

                """,
                "--sentinel"))!.Port);
        }

        _sentinels = string.Join(',', ports.Select(port => $"127.0.0.1:{port}"));
        foreach (var port in ports)
        {
            await Eventually.TrueAsync(async () => await InfoAsync(port, "sentinel") is { } said && said.Contains("slaves=1,sentinels=3", StringComparison.Ordinal), "the servers have found each other");
        }
    }

    /// <summary>Kills the primary. Writes that it has not replicated are lost.</summary>
    public Task KillPrimaryAsync() => _primary!.KillAsync();

    /// <summary>Waits until every write so far has reached the replica.</summary>
    public async Task ReplicatedAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Address(_primary!.Port));
        Assert.Equal(1, (int)await redis.GetDatabase().ExecuteAsync("WAIT", 1, 5000));
    }

    /// <summary>A client of the replica, and so of the new primary, that knows nothing of sentinels.</summary>
    public Task<ConnectionMultiplexer> ConnectToReplicaAsync() => ConnectionMultiplexer.ConnectAsync(Address(_replica));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.AsEnumerable().Reverse())
        {
            await process.DisposeAsync();
        }
    }

    private string Address(int port) => $"127.0.0.1:{port},password={_password},allowAdmin=true";

    private async Task<RedisProcess?> StartAsync(string configuration, params string[] arguments)
    {
        var started = await RedisProcess.TryStartAsync(
            ServerProcess.FreePort(),
            $"requirepass {_password}\n{(arguments.Length == 0 ? $"masterauth {_password}\nsave \"\"\nrepl-diskless-sync-delay 0\n" : "")}{configuration}",
            arguments);
        if (started is not null)
        {
            _running.Add(started);
        }

        return started;
    }

    private async Task<string?> InfoAsync(int port, string section)
    {
        try
        {
            await using var redis = section == "sentinel"
                ? await ConnectionMultiplexer.SentinelConnectAsync(Address(port))
                : await ConnectionMultiplexer.ConnectAsync(Address(port));
            return (await redis.GetServer("127.0.0.1", port).ExecuteAsync("INFO", section)).ToString();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return null; // still starting
        }
    }
}

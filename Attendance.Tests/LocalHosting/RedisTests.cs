using StackExchange.Redis;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

public abstract class RedisTests(string[] arguments)
{
    [Fact]
    public async Task What_was_written_is_there_after_a_restart_of_the_store_and_of_everything()
    {
        var data = Directory.CreateTempSubdirectory("attendance-data-");
        try
        {
            await WithStoreAsync(data.FullName, async (app, store) =>
            {
                await store.StringSetAsync("camera", "door");
                Assert.True((await app.ResourceCommands.ExecuteCommandAsync("sessions", "restart", Cancel)).Success);
            });
            await WithStoreAsync(data.FullName, async (_, store) =>
            {
                Assert.Equal("door", await store.StringGetAsync("camera"));
                await store.HashSetAsync("lease", "session", "tab");
            });
            await WithStoreAsync(data.FullName, async (_, store) =>
            {
                Assert.Equal("door", await store.StringGetAsync("camera"));
                Assert.Equal("tab", await store.HashGetAsync("lease", "session"));
            });
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public Task Nobody_gets_in_without_the_password() => WithStoreAsync(data: null, async (app, _) =>
    {
        var connection = (await app.GetConnectionStringAsync("sessions", Cancel))!;
        using var stranger = new System.Net.Sockets.TcpClient();
        await stranger.ConnectAsync("127.0.0.1", int.Parse(connection.Split(',')[0].Split(':')[1], null), Cancel);
        await stranger.GetStream().WriteAsync("*2\r\n$3\r\nGET\r\n$6\r\ncamera\r\n"u8.ToArray(), Cancel);
        using var reader = new StreamReader(stranger.GetStream());

        Assert.StartsWith("-NOAUTH", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
    });

    [Fact]
    public Task A_script_is_one_step_however_many_connections_run_it() => WithStoreAsync(data: null, async (app, store) =>
    {
        // Two holders inside at once would be seen as a value that is not ours.
        const string Script = """
            if redis.call('GET', KEYS[1]) then return 0 end
            redis.call('SET', KEYS[1], ARGV[1])
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
            redis.call('INCR', KEYS[2])
            redis.call('DEL', KEYS[1])
            return 1
            """;
        var connection = (await app.GetConnectionStringAsync("sessions", Cancel))!;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(holder => Task.Run(async () =>
        {
            await using var own = await ConnectionMultiplexer.ConnectAsync(connection);
            var seen = new List<int>();
            for (var i = 0; i < 500; i++)
            {
                seen.Add((int)await own.GetDatabase().ScriptEvaluateAsync(Script, ["{c}lock", "{c}count"], [holder]));
            }

            return seen;
        })));

        Assert.All(outcomes.SelectMany(seen => seen), outcome => Assert.Equal(1, outcome));
        Assert.Equal(8 * 500, (int)await store.StringGetAsync("{c}count"));
    });

    private async Task WithStoreAsync(string? data, Func<DistributedApplication, IDatabase, Task> use)
    {
        string[] folder = data is null ? [] : [$"--DataDirectory={data}"];
        await using var builder = DistributedApplicationTestingBuilder.Create([.. arguments, .. folder]);
        builder.AddRedis("sessions", port: 6380).WithDataVolume().WithPersistence();
        await using var app = await builder.StartAsync();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("sessions", Cancel);
        await using var redis = await ConnectionMultiplexer.ConnectAsync((await app.GetConnectionStringAsync("sessions", Cancel))!);
        await use(app, redis.GetDatabase());
    }
}

public sealed class GarnetTests() : RedisTests([]);

public sealed class RedisServerTests() : RedisTests(["--Redis:Command=redis-server"]);

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.SessionStore;

/// <summary>Tests the embedded store as a process: its settings, its persistence, and that its scripts are atomic.</summary>
public sealed class SessionStoreTests(GarnetStore store) : IClassFixture<GarnetStore>, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-store-");
    private readonly List<Process> _processes = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("SessionStore__Port", "eighty")]
    [InlineData("SessionStore__Port", "70000")]
    [InlineData("SessionStore__Password", "")]
    public async Task A_wrong_setting_ends_it_with_a_message_that_names_the_key(string key, string value)
    {
        var process = Start(new() { [key] = value });

        Assert.Equal(1, await ExitAsync(process));
        Assert.Contains(key, await process.StandardError.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_a_message()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var process = Start(new() { ["SessionStore__Port"] = $"{((IPEndPoint)squatter.LocalEndpoint).Port}" });

        Assert.Equal(1, await ExitAsync(process));
        var message = await process.StandardError.ReadToEndAsync(Cancel);
        Assert.Contains("SessionStore__Port", message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_kill_and_a_second_store_waits_for_the_folder_until_the_first_has_ended()
    {
        var port = ServerProcess.FreePort();
        var first = Start(new() { ["SessionStore__Port"] = $"{port}" }, _folder.FullName);
        await using (var redis = await ConnectAsync(port))
        {
            await redis.GetDatabase().HashSetAsync("lease", "session", "tab");
        }

        var port2 = ServerProcess.FreePort();
        var second = Start(new() { ["SessionStore__Port"] = $"{port2}" }, _folder.FullName);
        var lockFile = Path.Combine(_folder.FullName, "store.lock");
        await Eventually.TrueAsync(() => Directory.EnumerateFiles($"/proc/{second.Id}/fd").Any(), s_patience, "the second runs");
        Assert.True(File.Exists(lockFile));

        first.Kill();
        await ExitAsync(first);
        await using var again = await ConnectAsync(port2);
        Assert.Equal("tab", await again.GetDatabase().HashGetAsync("lease", "session"));
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, int.Parse(store.ConnectionString.Split(',')[0].Split(':')[1], null), Cancel);
        await stranger.GetStream().WriteAsync("*2\r\n$3\r\nGET\r\n$6\r\ncamera\r\n"u8.ToArray(), Cancel);
        using var reader = new StreamReader(stranger.GetStream());

        Assert.StartsWith("-NOAUTH", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_one_step_however_many_connections_run_it()
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
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(holder => Task.Run(async () =>
        {
            await using var own = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
            var seen = new List<int>();
            for (var i = 0; i < 500; i++)
            {
                seen.Add((int)await own.GetDatabase().ScriptEvaluateAsync(Script, ["{c}lock", "{c}count"], [holder]));
            }

            return seen;
        }, Cancel)));

        Assert.All(outcomes.SelectMany(seen => seen), outcome => Assert.Equal(1, outcome));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(store.ConnectionString);
        Assert.Equal(8 * 500, (int)await redis.GetDatabase().StringGetAsync("{c}count"));
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(int port)
    {
        ConnectionMultiplexer? connection = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},password=hush,connectTimeout=500");
                    return true;
                }
                catch (RedisConnectionException)
                {
                    return false; // not listening yet
                }
            },
            s_patience,
            "the store answers");
        return connection!;
    }

    private static async Task<int> ExitAsync(Process process)
    {
        await process.WaitForExitAsync(Cancel).WaitAsync(s_patience, Cancel);
        return process.ExitCode;
    }

    private Process Start(Dictionary<string, string> settings, string? folder = null)
    {
        var start = new ProcessStartInfo(BuiltProgram.PathOf("Attendance.SessionStore")) { RedirectStandardError = true };
        (start.Environment["SessionStore__Port"], start.Environment["SessionStore__Password"]) = ($"{ServerProcess.FreePort()}", "hush");
        (start.Environment["SessionStore__DataFolder"], start.Environment["DOTNET_ROOT"]) = (folder, BuiltProgram.DotnetRoot);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        _processes.Add(Process.Start(start)!);
        return _processes[^1];
    }
}

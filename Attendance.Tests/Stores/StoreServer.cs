using System.Diagnostics;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Stores;

/// <summary>A real store on a free port of this machine, for as long as a class of tests lives.</summary>
public abstract class StoreServer : IAsyncLifetime
{
    protected int Port { get; } = ServerProcess.FreePort();

    protected string Password { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Why the server cannot run; null if it runs.</summary>
    public string? Missing { get; protected set; }

    public virtual string ConnectionString => $"127.0.0.1:{Port},password={Password},allowAdmin=true";

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        for (var started = Stopwatch.GetTimestamp(); Missing is null; await Task.Delay(20))
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
                return;
            }
            catch (RedisConnectionException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15))
            {
                // still starting
            }
        }
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task StartAsync();
}

/// <summary>Attendance.SessionStore, the default store, keeping its data in memory only.</summary>
public sealed class GarnetStore : StoreServer
{
    private ServerProcess? _process;

    public override ValueTask DisposeAsync() => _process?.DisposeAsync() ?? default;

    protected override Task StartAsync()
    {
        _process = ServerProcess.Start(BuiltProgram.PathOf("Attendance.SessionStore"), [], new Dictionary<string, string>
        {
            ["SessionStore__Port"] = $"{Port}",
            ["SessionStore__Password"] = Password,
            ["DOTNET_ROOT"] = BuiltProgram.DotnetRoot,
        });
        return Task.CompletedTask;
    }
}

public sealed class RedisStore : StoreServer
{
    private ServerProcess? _process;

    public int Pid => _process!.Id;

    public override ValueTask DisposeAsync() => _process?.DisposeAsync() ?? default;

    protected override async Task StartAsync()
    {
        try
        {
            _process = ServerProcess.Start("redis-server", ["-"]);
            await _process.WriteAsync($"port {Port}\nbind 127.0.0.1\nrequirepass {Password}\nsave \"\"\nappendonly no\n");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "redis-server is not installed (Debian: apt-get install redis-server).";
        }
    }
}

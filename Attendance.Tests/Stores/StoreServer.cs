using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Stores;

/// <summary>A real store on a free port of this machine, for as long as a class of tests lives.</summary>
public abstract class StoreServer : IAsyncLifetime
{
    protected int Port { get; } = FreePort();

    protected string Password { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Null when it runs, otherwise why it cannot.</summary>
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

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Attendance.SessionStore, the default store, keeping its data in memory only.</summary>
public sealed class GarnetStore : StoreServer
{
    private Process? _process;

    public override async ValueTask DisposeAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    protected override Task StartAsync()
    {
        var start = new ProcessStartInfo(BuiltProgram.PathOf("Attendance.SessionStore"));
        start.Environment["SessionStore__Port"] = $"{Port}";
        start.Environment["SessionStore__Password"] = Password;
        start.Environment["DOTNET_ROOT"] = BuiltProgram.DotnetRoot;
        _process = Process.Start(start)!;
        return Task.CompletedTask;
    }
}

public sealed class RedisStore : StoreServer
{
    private Process? _process;

    public int Pid => _process!.Id;

    public override async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    protected override async Task StartAsync()
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-server", "-") { RedirectStandardInput = true, RedirectStandardOutput = true });
            await _process!.StandardInput.WriteAsync($"port {Port}\nbind 127.0.0.1\nrequirepass {Password}\nsave \"\"\nappendonly no\n");
            _process.StandardInput.Close();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "redis-server is not installed (Debian: apt-get install redis-server).";
        }
    }
}

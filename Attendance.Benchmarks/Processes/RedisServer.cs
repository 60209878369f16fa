using System.Diagnostics;
using System.Net.Sockets;

namespace Attendance.Benchmarks.Processes;

/// <summary>A real redis-server on a free port of this machine, with nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly string _password;

    private RedisServer(ChildProcess process, int port, string password) => (_process, Port, _password) = (process, port, password);

    public int Port { get; }

    public int Pid => _process.Pid;

    public string ConnectionString => $"127.0.0.1:{Port},password={_password},allowAdmin=true";

    public static string? Missing() =>
        OnPath("redis-server") ? null : "redis-server is not installed (Debian: apt-get install redis-server).";

    public static async Task<RedisServer> StartAsync(CancellationToken cancellationToken)
    {
        var (port, password) = (ChildProcess.FreePort(), Guid.NewGuid().ToString("N"));
        var process = ChildProcess.Start(new ProcessStartInfo("redis-server", "-"));
        try
        {
            await process.WriteAsync($"port {port}\nbind 127.0.0.1\nrequirepass {password}\nsave \"\"\nappendonly no\n", cancellationToken);
            await process.UntilAsync(() => ListensAsync(port, cancellationToken), TimeSpan.FromSeconds(15), cancellationToken);
            return new RedisServer(process, port, password);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    public static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    public static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false; // still starting
        }
    }
}

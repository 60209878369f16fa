using System.ComponentModel;
using Attendance.Tests.Programs;

namespace Attendance.Tests.Stores;

/// <summary>One redis-server, or sentinel, with a folder of its own.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    public const string MissingMessage = "redis-server is not installed (Debian: apt-get install redis-server).";

    private readonly ServerProcess _process;
    private readonly DirectoryInfo _folder;

    private RedisProcess(ServerProcess process, DirectoryInfo folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <returns>Null where there is no redis-server.</returns>
    public static async Task<RedisProcess?> TryStartAsync(int port, string configuration, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("attendance-redis-");
        var file = Path.Combine(folder.FullName, "redis.conf");
        await File.WriteAllTextAsync(file, $"port {port}\nbind 127.0.0.1\ndir {folder.FullName}\n{configuration}");
        try
        {
            return new RedisProcess(ServerProcess.Start("redis-server", [file, .. arguments]), folder, port);
        }
        catch (Win32Exception)
        {
            folder.Delete(recursive: true);
            return null;
        }
    }

    /// <summary>Kills the server with SIGKILL, so it saves nothing.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

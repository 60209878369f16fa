using System.Diagnostics;
using System.Globalization;

namespace Attendance.Benchmarks.Processes;

/// <summary>A PostgreSQL in a folder of its own, with one empty database, on a free port of this machine. Its settings are those that it comes with.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private const string User = "attendance";
    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;

    private PostgresDatabase(ChildProcess process, DirectoryInfo folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <summary>The database that every PostgreSQL has. Only this machine reaches it, for as long as the benchmark runs.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres;Command Timeout=600";

    public static string? Missing() => Programs() is null ? "PostgreSQL is not installed (Debian: apt-get install postgresql)." : null;

    public static async Task<PostgresDatabase> StartAsync(CancellationToken cancellationToken)
    {
        var (programs, port) = (Programs()!, ChildProcess.FreePort());
        var folder = Directory.CreateTempSubdirectory("attendance-bench-postgres-");
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        if (user.Length > 0)
        {
            await RunAsync(folder, ["chown", "postgres:postgres", folder.FullName], cancellationToken); // it refuses to run as root
        }

        var data = Path.Combine(folder.FullName, "data");
        await RunAsync(folder, [.. user, Path.Combine(programs, "initdb"), "-D", data, "-U", User, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"], cancellationToken);
        var process = Start(folder,
        [
            .. user, Path.Combine(programs, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", "", "-c", "listen_addresses=127.0.0.1",
        ]);
        var database = new PostgresDatabase(process, folder, port);
        try
        {
            await process.UntilAsync(() => Task.FromResult(process.Output.Contains("ready to accept connections", StringComparison.Ordinal)), TimeSpan.FromMinutes(1), cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static ChildProcess Start(DirectoryInfo folder, string[] command) =>
        ChildProcess.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder.FullName, Environment = { ["LC_ALL"] = "C" } });

    private static async Task RunAsync(DirectoryInfo folder, string[] command, CancellationToken cancellationToken)
    {
        await using var process = Start(folder, command);
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Returns the folder of the newest version that Debian has.</summary>
    private static string? Programs() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory.GetDirectories("/usr/lib/postgresql")
        .OrderByDescending(path => double.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Select(path => Path.Combine(path, "bin")).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")));
}

using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;
using Attendance.Tests.Programs;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Attendance.Tests.Stores;

/// <summary>A real PostgreSQL in a folder of its own, on a free port of this machine, for as long as a class of tests lives.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string User = "attendance";
    private const string Migrated = "migrated";
    private const int Attempts = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly SemaphoreSlim _migrating = new(1);
    private bool _hasMigrated;
    private DirectoryInfo? _folder;
    private ServerProcess? _guard;

    /// <summary>Why the server cannot run; null if it runs.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    /// <summary>The folder of its data and of nothing else. It is deleted with the server.</summary>
    public string Folder => _folder!.FullName;

    /// <summary>Creates an empty database for one test and returns its connection string. Skips the test if there is no PostgreSQL.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var name = $"test_{Guid.NewGuid():N}";
        await CreateAsync(name, "template1", cancellationToken);
        return ConnectionString(name, pooling: true);
    }

    /// <summary>As <see cref="CreateDatabaseAsync"/>, of one that Web has migrated: a copy, because to migrate takes longer than most tests.</summary>
    public async Task<string> CreateMigratedDatabaseAsync(CancellationToken cancellationToken)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        await _migrating.WaitAsync(cancellationToken);
        try
        {
            if (!_hasMigrated)
            {
                await CreateAsync(Migrated, "template1", cancellationToken);
                var options = new DbContextOptionsBuilder<PostgresAttendanceDb>().UseNpgsql(ConnectionString(Migrated, pooling: false)).Options;
                await using var db = new PostgresAttendanceDb(options);
                await db.Database.MigrateAsync(cancellationToken);
                _hasMigrated = true;
            }

            var name = $"test_{Guid.NewGuid():N}";
            await CreateAsync(name, Migrated, cancellationToken);
            return ConnectionString(name, pooling: true);
        }
        finally
        {
            _migrating.Release();
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (FindPrograms() is not { } programs)
        {
            Missing = "PostgreSQL is not installed (Debian: apt-get install postgresql).";
            return;
        }

        using var bound = new CancellationTokenSource(s_patience);
        for (var attempt = 1; _guard is null; attempt++)
        {
            try
            {
                await StartAsync(programs, bound.Token);
            }
            catch (Exception exception)
            {
                await DisposeAsync();
                if (attempt == Attempts || bound.IsCancellationRequested || exception is Win32Exception)
                {
                    throw new InvalidOperationException($"PostgreSQL did not start:\n{string.Join('\n', _output)}", exception);
                }

                // Another process has taken the port meanwhile.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _guard, null) is { } guard)
        {
            await guard.FinishAsync(TimeSpan.FromSeconds(20));
        }

        if (_folder is { } folder && Directory.Exists(folder.FullName))
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task StartAsync(string programs, CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("attendance-postgres-");
        Port = ServerProcess.FreePort();
        var data = Path.Combine(Folder, "data");
        var password = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(password, _password, cancellationToken);
        (string Id, string Group)? owner = Environment.IsPrivilegedProcess ? UnprivilegedUser() : null;
        if (owner is { } user)
        {
            await RunAsync(["chown", "-R", $"{user.Id}:{user.Group}", Folder], cancellationToken);
        }

        await RunAsync(
            [
                .. As(owner), Path.Combine(programs, "initdb"), "-D", data, "-U", User, "--auth=scram-sha-256", $"--pwfile={password}",
                "-E", "UTF8", "--locale=C", "--no-sync",
            ],
            cancellationToken);
        File.Delete(password);

        // The data need not survive a loss of power, and there is no Unix socket that others could find.
        _guard = Start(
        [
            .. As(owner), .. ServerProcess.Guarded(
                Folder, Path.Combine(programs, "postgres"), "-D", data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", "",
                "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"),
        ]);
        while (!await AnswersAsync(cancellationToken))
        {
            if (!_guard.IsRunning)
            {
                throw new InvalidOperationException("It ended by itself.");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private async Task CreateAsync(string name, string template, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name} TEMPLATE {template}";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // still starting, or it is another one on the port that we wanted
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = Port, Username = User, Password = _password, Database = database, Pooling = pooling,
    }.ConnectionString;

    private async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        await using var process = Start(command);
        if (await process.ExitAsync(s_patience) is not 0 and var code)
        {
            throw new InvalidOperationException($"'{command[0]}' ended with code {code}.");
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Starts a program of PostgreSQL in the server's folder, which the other user may enter.</summary>
    private ServerProcess Start(string[] command) => ServerProcess.Start(
        command[0], command[1..], new Dictionary<string, string> { ["LC_ALL"] = "C" }, Folder, _output.Enqueue);

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] As((string Id, string Group)? user) =>
        user is { } other ? ["setpriv", $"--reuid={other.Id}", $"--regid={other.Group}", "--clear-groups"] : [];

    /// <summary>Returns the user that PostgreSQL's package creates, or else "nobody".</summary>
    private static (string Id, string Group) UnprivilegedUser() =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(user => user[0] == "postgres") is [_, _, var id, var group, ..]
            ? (id, group)
            : ("65534", "65534");

    /// <summary>Returns the newest of the versions that Debian keeps side by side, or else the program on the path.</summary>
    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(version =>
                double.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
            : [];
        return installed.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).FirstOrDefault(folder =>
            File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}

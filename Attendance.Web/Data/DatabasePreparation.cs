using System.Data.Common;
using Attendance.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>Applies the pending migrations before anything else uses the database.</summary>
internal sealed partial class DatabasePreparation(
    IServiceScopeFactory scopes, TimeProvider clock, ILogger<DatabasePreparation> logger) : IHostedService
{
    /// <summary>How long to retry, because a database server that starts together with this service may need a while.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly RepeatedFailure _failure = new();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (; ; )
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await MigrateAsync(scope.ServiceProvider.GetRequiredService<AttendanceDb>(), cancellationToken);
                return;
            }
            catch (DbException exception) when (exception is not SqliteException && exception.IsTransient && clock.GetElapsedTime(start) < s_patience)
            {
                if (_failure.IsNew(exception))
                {
                    LogNotYet(exception.Message);
                }

                await Task.Delay(s_pause, clock, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task MigrateAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        // Only one process at a time migrates a file. The others wait for this lock, which is released when its process ends.
        // Entity Framework's own lock is a row, which stays there forever if the process is killed.
        await using var alone = db is SqliteAttendanceDb ? await LockAsync(db, cancellationToken) : null;
        if (alone is not null)
        {
            if (DataFiles.Close(DataFiles.PathOf(db)))
            {
                LogOpenFolder();
            }

            // Turn an empty file into a database first: Entity Framework opens it with a read-only connection, which cannot do that.
            await db.Database.OpenConnectionAsync(cancellationToken);
            await db.Database.CloseConnectionAsync();
        }

        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
        {
            await RecordGuard.MakeAsync(db, cancellationToken);
            return;
        }

        if (alone is not null)
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        }

        await db.Database.MigrateAsync(cancellationToken);
        await RecordGuard.MakeAsync(db, cancellationToken);
        LogMigrated(pending.Count, pending[^1]);
    }

    private async Task<FileStream> LockAsync(AttendanceDb db, CancellationToken cancellationToken)
    {
        var path = DataFiles.PathOf(db) + ".preparing";
        for (; ; )
        {
            try
            {
                return new FileStream(path, DataFiles.Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(s_pause, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Other users of this machine can list the folder of the database, though not read its files. Set its mode to 0700")]
    private partial void LogOpenFolder();

    [LoggerMessage(LogLevel.Warning, "The database does not answer yet: {Error}")]
    private partial void LogNotYet(string error);

    [LoggerMessage(LogLevel.Information, "The database was updated by {Migrations} migrations; the last one is {Migration}")]
    private partial void LogMigrated(int migrations, string migration);
}

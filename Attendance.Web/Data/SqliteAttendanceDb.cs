using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Attendance.Web.Data;

/// <summary>One file in the data folder: what a single machine needs, and nothing to install.</summary>
internal sealed class SqliteAttendanceDb(DbContextOptions<SqliteAttendanceDb> options) : AttendanceDb(options)
{
    private const int ConstraintPrimaryKey = 1555, ConstraintUnique = 2067; // sqlite3.h: SQLITE_CONSTRAINT_…
    private const int SweepAttempts = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Deleted content is overwritten (<see cref="EraseWhatIsDeleted"/>), but the write-ahead log still has the pages as they were
    /// before. It can be emptied only while nobody reads.
    /// </summary>
    protected override async Task<bool> TrySweepAsync()
    {
        await Database.OpenConnectionAsync();
        try
        {
            await using var command = Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)"; // its first column: 1 when it was not let
            for (var attempt = 1; Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) != 0; attempt++)
            {
                if (attempt == SweepAttempts)
                {
                    return false;
                }

                await Task.Delay(s_pause, TimeProvider.System);
            }

            return true;
        }
        finally
        {
            await Database.CloseConnectionAsync();
        }
    }

    public override bool IsDuplicate(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: ConstraintUnique or ConstraintPrimaryKey };
}

/// <summary>SQLite keeps these choices per connection.</summary>
internal sealed class EraseWhatIsDeleted : DbConnectionInterceptor
{
    private const string Choices = "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Choices;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Choices;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

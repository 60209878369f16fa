using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Attendance.Web.Data;

/// <summary>A database in one file in the data folder. It suits a single machine, and nothing has to be installed.</summary>
internal sealed class SqliteAttendanceDb(DbContextOptions<SqliteAttendanceDb> options) : AttendanceDb(options)
{
    private const int ConstraintPrimaryKey = 1555, ConstraintUnique = 2067; // sqlite3.h: SQLITE_CONSTRAINT_…
    private const int SweepAttempts = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Truncates the write-ahead log. Deleted content is overwritten (<see cref="EraseWhatIsDeleted"/>), but the log still contains the
    /// former pages. It can be truncated only while nobody reads.
    /// </summary>
    protected override async Task<bool> TrySweepAsync()
    {
        await Database.OpenConnectionAsync();
        try
        {
            await using var command = Database.GetDbConnection().CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)"; // the first column is 1 if the checkpoint was blocked
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

/// <summary>Turns on the write-ahead log and secure deletion for each connection, because SQLite keeps these settings per connection.</summary>
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

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Attendance.Web.Data;

/// <summary>One file in the data folder: what a single machine needs, and nothing to install.</summary>
internal sealed class SqliteAttendanceDb(DbContextOptions<SqliteAttendanceDb> options) : AttendanceDb(options)
{
    private const int ConstraintPrimaryKey = 1555, ConstraintUnique = 2067; // sqlite3.h: SQLITE_CONSTRAINT_…

    /// <summary>
    /// Deleted content is overwritten (<see cref="EraseWhatIsDeleted"/>), but the write-ahead log still has the pages as they were
    /// before. Emptying it waits for readers; should they not leave in time, the next deletion or the end of Web does it.
    /// </summary>
    public override Task ForgetDeletedAsync(CancellationToken cancellationToken) =>
        Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);

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

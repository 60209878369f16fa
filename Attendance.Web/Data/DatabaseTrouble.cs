using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Attendance.Web.Data;

/// <summary>
/// Distinguishes a database that cannot be used now (not reachable, disk full, file missing) from an error in this program.
/// </summary>
internal static class DatabaseTrouble
{
    // sqlite3.h: SQLITE_BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB
    private static readonly int[] s_sqlite = [5, 6, 8, 10, 11, 13, 14, 15, 26];

    // The classes of PostgreSQL error codes for connections, resources, operator intervention and system errors.
    private static readonly string[] s_postgres = ["08", "53", "57", "58"];

    public static bool Is(Exception exception) => exception switch
    {
        SqliteException sqlite => s_sqlite.Contains(sqlite.SqliteErrorCode),
        PostgresException postgres => s_postgres.Contains(postgres.SqlState[..2]),
        NpgsqlException => true,
        DbUpdateException or InvalidOperationException => exception.InnerException is { } inner && Is(inner),
        _ => false,
    };
}

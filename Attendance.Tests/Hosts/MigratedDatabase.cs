using Attendance.Web.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Tests.Hosts;

/// <summary>The SQLite file of a Web that has just migrated it. It is made once: to migrate takes as long as all the rest of a start.</summary>
internal static class MigratedDatabase
{
    private static readonly Lazy<byte[]> s_file = new(Make);

    /// <param name="folder">The data folder of a Web that has not started yet.</param>
    public static void PutInto(DirectoryInfo folder)
    {
        using var file = new FileStream(Path.Combine(folder.FullName, "attendance.db"), DataFiles.Options(FileMode.CreateNew));
        file.Write(s_file.Value);
    }

    private static byte[] Make()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-migrated-");
        try
        {
            var path = Path.Combine(folder.FullName, "attendance.db");
            var connection = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
            using (var db = new SqliteAttendanceDb(new DbContextOptionsBuilder<SqliteAttendanceDb>().UseSqlite(connection).Options))
            {
                db.Database.Migrate();
                db.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(TRUNCATE)"); // all of it is in the one file
            }

            return File.ReadAllBytes(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

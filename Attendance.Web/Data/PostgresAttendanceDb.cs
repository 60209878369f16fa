using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Attendance.Web.Data;

/// <summary>For several replicas of Web, or where a database is looked after anyway.</summary>
internal sealed class PostgresAttendanceDb(DbContextOptions<PostgresAttendanceDb> options) : AttendanceDb(options)
{
    /// <summary>Rows that are gone stay in their pages until these are swept.</summary>
    protected override async Task<bool> TrySweepAsync()
    {
        await Database.ExecuteSqlRawAsync("VACUUM people, shots, shot_pictures, accounts, sign_in_counts, sign_in_sessions");
        return true;
    }

    public override bool IsDuplicate(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Attendance.Web.Data;

// Only for `dotnet ef migrations add`, which needs a model but no database:
//   dotnet ef migrations add Name --context SqliteAttendanceDb --output-dir Data/Migrations/Sqlite
//   dotnet ef migrations add Name --context PostgresAttendanceDb --output-dir Data/Migrations/Postgres

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteAttendanceDb>
{
    public SqliteAttendanceDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteAttendanceDb>().UseSqlite().Options);
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresAttendanceDb>
{
    public PostgresAttendanceDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresAttendanceDb>().UseNpgsql().Options);
}

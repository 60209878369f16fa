using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Attendance.Web.Data;

/// <summary>
/// Stores every time as UTC. SQLite does not keep the kind of a time, and PostgreSQL accepts only UTC.
/// </summary>
internal sealed class UtcTime() : ValueConverter<DateTime, DateTime>(
    time => time.ToUniversalTime(),
    stored => DateTime.SpecifyKind(stored, DateTimeKind.Utc));

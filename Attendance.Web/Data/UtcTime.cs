using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Attendance.Web.Data;

/// <summary>
/// Stores every time as UTC. SQLite does not keep the kind of a time, and PostgreSQL accepts only UTC.
/// </summary>
internal sealed class UtcTime() : ValueConverter<DateTime, DateTime>(
    time => time.ToUniversalTime(),
    stored => DateTime.SpecifyKind(stored, DateTimeKind.Utc))
{
    /// <summary>Returns the beginning of the time's hour. When something was last used is kept so: more precisely, it would tell what somebody does.</summary>
    public static DateTime HourOf(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerHour), DateTimeKind.Utc);
}

using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Attendance.Web.Data;

/// <summary>SQLite forgets of which kind a time is, PostgreSQL refuses any but UTC. Here there is no other.</summary>
internal sealed class UtcTime() : ValueConverter<DateTime, DateTime>(
    time => time.ToUniversalTime(),
    stored => DateTime.SpecifyKind(stored, DateTimeKind.Utc));

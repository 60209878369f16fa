namespace Attendance.Web.Data;

internal sealed class DataOptions
{
    public const string Section = "Data";

    /// <summary>The connection string of a PostgreSQL database; without one, SQLite in <see cref="Folder"/>.</summary>
    public const string ConnectionName = "attendance-db";

    /// <summary>Where the SQLite file lies; below Web's own folder unless it is absolute.</summary>
    public string Folder { get; set; } = ".data";
}

namespace Attendance.Web.Data;

internal sealed class DataOptions
{
    public const string Section = "Data";

    /// <summary>The name of the connection string of a PostgreSQL database. Without one, SQLite in <see cref="Folder"/> is used.</summary>
    public const string ConnectionName = "attendance-db";

    /// <summary>The folder of the SQLite file. A relative path starts at Web's own folder.</summary>
    public string Folder { get; set; } = ".data";
}

using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The files of the SQLite database. They are for their owner alone, in whatever folder they lie.</summary>
internal static class DataFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Of a database that SQLite writes beside its file while it is in use.</summary>
    private static readonly string[] s_beside = ["", "-wal", "-shm", "-journal", ".preparing"];

    public static string PathOf(AttendanceDb db) => new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;

    public static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    /// <summary>Makes the file of the database where there is none, and takes what is there away from others.</summary>
    /// <returns>Whether others may look into the folder.</returns>
    public static bool Close(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, Options(FileMode.OpenOrCreate)); // SQLite gives its other files the mode of this one
        }

        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        foreach (var file in s_beside.Select(suffix => path + suffix).Where(File.Exists))
        {
            File.SetUnixFileMode(file, OwnerOnly);
        }

        return (File.GetUnixFileMode(Path.GetDirectoryName(path)!) & Others) != 0;
    }

    /// <exception cref="IOException">Nothing can be written beside the database: the disk is full, for one.</exception>
    public static async Task TryWriteAsync(string path, CancellationToken cancellationToken)
    {
        var options = Options(FileMode.Create);
        options.Options = FileOptions.DeleteOnClose;
        await using var file = new FileStream($"{path}.{Guid.NewGuid():N}.probe", options);
        await file.WriteAsync(new byte[64 * 1024], cancellationToken); // what a change of a few rows takes
        file.Flush(flushToDisk: true);
    }
}

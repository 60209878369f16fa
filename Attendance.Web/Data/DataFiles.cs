using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The files of the SQLite database. Only their owner may read or write them, whatever folder they are in.</summary>
internal static class DataFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The suffixes of the database file and of the files that exist beside it while it is in use.</summary>
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

    /// <summary>Creates the database file if it does not exist, and removes other users' access to the files that exist.</summary>
    /// <returns>Whether other users may access the folder.</returns>
    public static bool Close(string path)
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, Options(FileMode.OpenOrCreate)); // SQLite gives its other files the same mode as this one
        }

        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        foreach (var file in s_beside.Select(suffix => path + suffix).Where(File.Exists))
        {
            File.SetUnixFileMode(file, OwnerOnly);
        }

        return (File.GetUnixFileMode(Path.GetDirectoryName(path)!) & Others) != UnixFileMode.None;
    }

    /// <exception cref="IOException">Nothing can be written beside the database, for example because the disk is full.</exception>
    public static async Task TryWriteAsync(string path, CancellationToken cancellationToken)
    {
        var options = Options(FileMode.Create);
        options.Options = FileOptions.DeleteOnClose;
        await using var file = new FileStream($"{path}.{Guid.NewGuid():N}.probe", options);
        await file.WriteAsync(new byte[64 * 1024], cancellationToken); // about as much as a change of a few rows writes
        file.Flush(flushToDisk: true);
    }
}

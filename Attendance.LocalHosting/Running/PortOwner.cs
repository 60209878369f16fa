using System.Globalization;

namespace Attendance.LocalHosting.Running;

/// <summary>Who listens on a port, as far as this user may see it.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";
    private static readonly string[] s_tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string Describe(int port)
    {
        try
        {
            return OperatingSystem.IsLinux() && Find(port) is { } process
                ? string.Create(CultureInfo.InvariantCulture, $"process {process.Id} ({process.Name})")
                : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static (string Id, string Name)? Find(int port)
    {
        var sockets = s_tables.Where(File.Exists).SelectMany(table => InodesOf(table, port))
            .Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var files = new DirectoryInfo(Path.Combine(folder, "fd")).EnumerateFileSystemInfos();
                if (files.Any(file => file.LinkTarget is { } target && sockets.Contains(target)))
                {
                    return (Path.GetFileName(folder), File.ReadAllText(Path.Combine(folder, "comm")).Trim());
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Somebody else's process, or one that has just ended.
            }
        }

        return null;
    }

    /// <summary>Columns of the kernel's table: 1 is local address and port in hex, 3 the state, 9 the inode.</summary>
    private static IEnumerable<string> InodesOf(string table, int port)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines(table)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[3] == Listening && columns[1].EndsWith(ending, StringComparison.Ordinal))
            .Select(columns => columns[9]);
    }
}

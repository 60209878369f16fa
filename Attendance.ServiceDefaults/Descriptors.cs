using System.Globalization;

namespace Attendance.ServiceDefaults;

/// <summary>Reads how many files and sockets this process may have open at the same time.</summary>
internal static class Descriptors
{
    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    /// <summary>The limit to assume on systems that do not report one. Most allow at least this many.</summary>
    private const long Otherwise = 1024;

    public static long Limit =>
        OperatingSystem.IsWindows() ? long.MaxValue
        : File.Exists(Limits) ? Parse(File.ReadLines(Limits))
        : Otherwise;

    /// <param name="limits">Lines that each have a name, the soft limit, the hard limit and a unit.</param>
    public static long Parse(IEnumerable<string> limits)
    {
        var row = limits.FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) ?? "";
        return row.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [_, _, _, "unlimited", ..] => long.MaxValue,
            [_, _, _, var soft, ..] when long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) => limit,
            _ => Otherwise,
        };
    }
}

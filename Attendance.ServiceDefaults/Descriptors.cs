using System.Globalization;

namespace Attendance.ServiceDefaults;

/// <summary>How many files and sockets this process may have open at a time.</summary>
internal static class Descriptors
{
    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    /// <summary>What most systems that do not say allow at least.</summary>
    private const long Otherwise = 1024;

    public static long Limit =>
        OperatingSystem.IsWindows() ? long.MaxValue
        : File.Exists(Limits) ? Parse(File.ReadLines(Limits))
        : Otherwise;

    /// <param name="limits">Lines of a name, the limit that holds, the highest that may be set, and a unit.</param>
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

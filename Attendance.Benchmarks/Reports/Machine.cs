using System.Globalization;
using System.Runtime.InteropServices;

namespace Attendance.Benchmarks.Reports;

/// <summary>Describes the machine that the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores ({Processor()}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0.0} GiB of memory, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {Build}, {now:yyyy-MM-dd}");

#if DEBUG
    public const string Build = "Debug build (not for comparison)";
#else
    public const string Build = "Release build";
#endif

    private static string Processor() => File.Exists("/proc/cpuinfo")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : $"{RuntimeInformation.ProcessArchitecture}";
}

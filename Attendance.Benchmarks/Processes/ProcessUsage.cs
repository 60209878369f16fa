using System.Globalization;

namespace Attendance.Benchmarks.Processes;

/// <summary>Reads the CPU time and memory of a process and its children from Linux.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux we run on

    /// <summary>Returns a process and all its descendants.</summary>
    public static IReadOnlyList<int> Family(int pid)
    {
        var parents = All()
            .Select(id => (Id: id, Parent: Stat(id) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0))
            .ToList();
        var family = new List<int> { pid };
        for (var i = 0; i < family.Count; i++)
        {
            family.AddRange(parents.Where(process => process.Parent == family[i]).Select(process => process.Id));
        }

        return family;
    }

    /// <summary>Returns all processes with a name, which the kernel cuts after 15 characters.</summary>
    public static IEnumerable<int> Named(string name) => All().Where(id => Read(id, "stat").Contains($" ({name}) ", StringComparison.Ordinal));

    /// <summary>Returns the program and the arguments of a process; empty if it is gone.</summary>
    public static IReadOnlyList<string> CommandLine(int pid) => Read(pid, "cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a process still runs. One that has ended and waits to be noticed by its parent does not.</summary>
    public static bool Runs(int pid) => Stat(pid) is { } stat && stat[0] is not "Z";

    /// <summary>The CPU time of the processes that still run. A difference means something only while the set of processes stays the same.</summary>
    public static TimeSpan Cpu(IEnumerable<int> pids) => TimeSpan.FromSeconds(pids
        .Select(Stat)
        .Sum(stat => stat is null ? 0 : long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond);

    /// <summary>Resident memory, and the proportional share of it (PSS) where several processes map the same pages, in MiB.</summary>
    public static (double Rss, double Pss) Memory(int pid)
    {
        var lines = MemoryLines(pid);
        return (Of(lines, "Rss:"), Of(lines, "Pss:"));
    }

    /// <summary>Resident memory that no file backs, in MiB. Unlike PSS, it is the same whoever else runs.</summary>
    public static double Anonymous(int pid) => Of(MemoryLines(pid), "Anonymous:");

    public static (double Rss, double Pss) Memory(IEnumerable<int> pids) =>
        pids.Select(Memory).Aggregate((sum, one) => (sum.Rss + one.Rss, sum.Pss + one.Pss));

    private static string[] MemoryLines(int pid) => File.ReadAllLines($"/proc/{pid}/smaps_rollup");

    private static double Of(string[] lines, string name) => double.Parse(
        lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    /// <summary>Returns the fields from the third one on. The second is the program's name, which may contain anything.</summary>
    private static string[]? Stat(int pid) => Read(pid, "stat") is { Length: > 0 } stat ? stat.Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : null;

    /// <summary>Returns a file of a process, or nothing if the process is gone meanwhile or another user's.</summary>
    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

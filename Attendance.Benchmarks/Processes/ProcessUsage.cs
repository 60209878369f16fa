using System.Globalization;

namespace Attendance.Benchmarks.Processes;

/// <summary>Reads the CPU time and memory of a process and its children from Linux.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux we run on

    /// <summary>Returns a process and all its descendants.</summary>
    public static IReadOnlyList<int> Family(int pid)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: Stat(id) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0))
            .ToList();
        var family = new List<int> { pid };
        for (var i = 0; i < family.Count; i++)
        {
            family.AddRange(parents.Where(process => process.Parent == family[i]).Select(process => process.Id));
        }

        return family;
    }

    /// <summary>The CPU time of the processes that still run. A difference means something only while the set of processes stays the same.</summary>
    public static TimeSpan Cpu(IEnumerable<int> pids) => TimeSpan.FromSeconds(pids
        .Select(Stat)
        .Sum(stat => stat is null ? 0 : long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond);

    /// <summary>Resident memory, and the proportional share of it (PSS) where several processes map the same pages, in MiB.</summary>
    public static (double Rss, double Pss) Memory(int pid)
    {
        var lines = File.ReadAllLines($"/proc/{pid}/smaps_rollup");
        return (Of("Rss:"), Of("Pss:"));

        double Of(string name) => double.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024;
    }

    public static (double Rss, double Pss) Memory(IEnumerable<int> pids) =>
        pids.Select(Memory).Aggregate((sum, one) => (sum.Rss + one.Rss, sum.Pss + one.Pss));

    /// <summary>Returns the fields from the third one on. The second is the program's name, which may contain anything.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // gone meanwhile
        }
    }
}

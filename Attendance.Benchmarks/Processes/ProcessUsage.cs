using System.Globalization;

namespace Attendance.Benchmarks.Processes;

/// <summary>What a process and its children have used, as Linux counts it.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux we run on

    /// <summary>A process and all that it started, and that those started.</summary>
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

    /// <summary>Of those that still run. Differences count for as long as the family stays the same.</summary>
    public static TimeSpan Cpu(IEnumerable<int> pids) => TimeSpan.FromSeconds(pids
        .Select(Stat)
        .Sum(stat => stat is null ? 0 : long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond);

    /// <summary>Resident memory, and the share of it that is this process's own where several map the same: MiB.</summary>
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

    /// <summary>From the third field on: the second is the program's name, which may hold anything.</summary>
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

using System.Globalization;

namespace Attendance.Tests.Browser;

/// <summary>Reads the processor time that a process and its descendants have used, as the kernel counts it.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    public static TimeSpan OfTree(int root)
    {
        var processes = Directory.EnumerateDirectories("/proc").Select(TryRead).OfType<Entry>().ToList();
        var tree = new HashSet<int> { root };
        for (var before = 0; before != tree.Count;)
        {
            before = tree.Count;
            tree.UnionWith(processes.Where(process => tree.Contains(process.Parent)).Select(process => process.Id));
        }

        return TimeSpan.FromSeconds(processes.Where(process => tree.Contains(process.Id)).Sum(process => process.Ticks) / TicksPerSecond);
    }

    private static Entry? TryRead(string folder)
    {
        try
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
            {
                return null;
            }

            // After the name, which may hold anything: state, parent, …, user time (14th), system time (15th).
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, Parse(fields[1]), Parse(fields[11]) + Parse(fields[12]));
        }
        catch (IOException) // the process has ended
        {
            return null;
        }
    }

    private static int Parse(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private sealed record Entry(int Id, int Parent, int Ticks);
}

using System.Diagnostics;

namespace Attendance.Benchmarks.Processes;

/// <summary>What the processes of one program used in a span of time.</summary>
/// <param name="Cpu">A share of one core.</param>
/// <param name="Rss">In MiB, at the end.</param>
/// <param name="Pss">In MiB, at the end.</param>
internal sealed record ProcessShare(string Name, int Count, double Cpu, double Rss, double Pss)
{
    private const string Dll = ".dll";

    /// <summary>Measures processes for a while. Those that end meanwhile are left out.</summary>
    public static async Task<IReadOnlyList<ProcessShare>> MeasureAsync(IReadOnlyList<int> pids, TimeSpan span, CancellationToken cancellationToken)
    {
        var before = pids.Select(pid => (Pid: pid, Name: NameOf(pid), Cpu: ProcessUsage.Cpu([pid]))).ToList();
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(span, cancellationToken);
        var time = Stopwatch.GetElapsedTime(began);
        return
        [
            .. before.Where(process => ProcessUsage.Runs(process.Pid)).GroupBy(process => process.Name).Select(program =>
            {
                var memory = ProcessUsage.Memory(program.Select(process => process.Pid));
                return new ProcessShare(
                    program.Key, program.Count(), program.Sum(process => (ProcessUsage.Cpu([process.Pid]) - process.Cpu) / time), memory.Rss, memory.Pss);
            }),
        ];
    }

    public static ProcessShare Sum(string name, IReadOnlyCollection<ProcessShare> all) =>
        new(name, all.Sum(one => one.Count), all.Sum(one => one.Cpu), all.Sum(one => one.Rss), all.Sum(one => one.Pss));

    /// <summary>Names a process by its program, or by what <c>dotnet</c> runs.</summary>
    private static string NameOf(int pid)
    {
        var line = ProcessUsage.CommandLine(pid);
        var program = Path.GetFileName(line.FirstOrDefault("?"));
        return program != "dotnet" ? program
            : line.FirstOrDefault(argument => argument.EndsWith(Dll, StringComparison.Ordinal)) is { } assembly ? Path.GetFileNameWithoutExtension(assembly)
            : $"dotnet {line.ElementAtOrDefault(1)}";
    }
}

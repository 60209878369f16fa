using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks;

/// <summary>Runs the groups one after the other, each with a time limit, and reports each as it ends.</summary>
internal static class Runner
{
    private const string Invocation = "dotnet run -c Release --project Attendance.Benchmarks --";
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(16);
    private static readonly TimeSpan s_quickBound = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(
        IReadOnlyList<IBenchmarkGroup> groups, bool quick, bool write, CancellationToken cancellationToken)
    {
        var machine = Machine.Describe(TimeProvider.System.GetUtcNow());
        var run = new BenchmarkRun(quick, text => Console.Error.WriteLine($"  {text}"));
        var failed = 0;
        foreach (var group in groups)
        {
            Console.Error.WriteLine(group.Title);
            var (tables, succeeded) = await MeasureAsync(group, run, cancellationToken);
            failed += succeeded ? 0 : 1;
            var command = $"{Invocation} --only {group.Name}{(quick ? " --quick" : "")}";
            var section = PerformancePage.Section(group, command, machine, tables);
            Console.WriteLine(section);
            if (write && succeeded) // what was measured before is worth more than that it was not measured now
            {
                await WriteAsync(group, section, cancellationToken);
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static async Task<(IReadOnlyList<ReportTable> Tables, bool Succeeded)> MeasureAsync(
        IBenchmarkGroup group, BenchmarkRun run, CancellationToken cancellationToken)
    {
        if (group.Missing() is { } reason)
        {
            return ([ReportTable.NotMeasured(group.Title, reason)], true);
        }

        var bound = run.Pick(s_bound, s_quickBound);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(bound);
        try
        {
            return (await group.RunAsync(run, bounded.Token), true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && bounded.IsCancellationRequested)
        {
            return ([ReportTable.NotMeasured(group.Title, $"it was not done within {bound.TotalMinutes} minutes.")], false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The other groups can still be measured; the exit code tells that this one was not.
            Console.Error.WriteLine(exception);
            return ([ReportTable.NotMeasured(group.Title, $"it failed ({exception.GetType().Name}).")], false);
        }
    }

    private static async Task WriteAsync(IBenchmarkGroup group, string section, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Repository(), group.Page);
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : "# Performance\n";
        await File.WriteAllTextAsync(path, PerformancePage.Replace(page, group.Name, section), cancellationToken);
    }

    /// <summary>The repository's folder, which is above the program's.</summary>
    public static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Attendance.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"Attendance.sln is not above {AppContext.BaseDirectory}.");
    }
}

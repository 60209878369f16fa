using System.Text;
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
        var goals = new StringBuilder();
        foreach (var group in groups)
        {
            Console.Error.WriteLine(group.Title);
            var (tables, outcome) = await MeasureAsync(group, run, cancellationToken);
            failed += outcome == Outcome.Failed ? 1 : 0;
            var command = $"{Invocation} --only {group.Name}{(quick ? " --quick" : "")}";
            var section = PerformancePage.Section(group, command, machine, tables);
            Console.WriteLine(section);
            goals.Append(PerformancePage.GoalLines(group.Name, tables.SelectMany(table => table.Goals)));
            if (write && outcome == Outcome.Measured) // what was measured before is worth more than that it was not measured now
            {
                await WriteAsync(group, section, [.. tables.SelectMany(table => table.Goals)], cancellationToken);
            }
        }

        Console.WriteLine(goals);
        return failed == 0 ? 0 : 1;
    }

    private static async Task<(IReadOnlyList<ReportTable> Tables, Outcome Outcome)> MeasureAsync(
        IBenchmarkGroup group, BenchmarkRun run, CancellationToken cancellationToken)
    {
        if (group.Missing() is { } reason)
        {
            return ([ReportTable.NotMeasured(group.Title, reason)], Outcome.Impossible);
        }

        var bound = run.Pick(s_bound, s_quickBound);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(bound);
        try
        {
            return (await group.RunAsync(run, bounded.Token), Outcome.Measured);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && bounded.IsCancellationRequested)
        {
            return ([ReportTable.NotMeasured(group.Title, $"it was not done within {bound.TotalMinutes} minutes.")], Outcome.Failed);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The other groups can still be measured; the exit code tells that this one was not.
            Console.Error.WriteLine(exception);
            return ([ReportTable.NotMeasured(group.Title, $"it failed ({exception.GetType().Name}).")], Outcome.Failed);
        }
    }

    private static async Task WriteAsync(IBenchmarkGroup group, string section, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        await ChangeAsync(group.Page, page => PerformancePage.Replace(page, group.Name, section), cancellationToken);
        await ChangeAsync(
            PerformancePage.Path,
            page => PerformancePage.ReplaceGoals(page, [.. BenchmarkGroups.All.Select(one => one.Name)], group.Name, PerformancePage.LinkTo(group), goals),
            cancellationToken);
    }

    private static async Task ChangeAsync(string name, Func<string, string> change, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Repository(), name);
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : "# Performance\n";
        await File.WriteAllTextAsync(path, change(page), cancellationToken);
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

    private enum Outcome
    {
        Measured,

        /// <summary>The machine lacks what the group needs.</summary>
        Impossible,

        Failed,
    }
}

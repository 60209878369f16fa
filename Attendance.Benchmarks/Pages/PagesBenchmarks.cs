using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Pages;

/// <summary>Asks for the pages that operators use most, in a large organisation and in one of a tenth of its size, on each database.</summary>
internal sealed class PagesBenchmarks : IBenchmarkGroup
{
    /// <summary>Ten times as many rows make a tree 1.25 times as deep. The rest is for caches that hold less of them, and for noise.</summary>
    private const double LargestGrowth = 1.5;

    private const int Warming = 20;
    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(50);

    public string Name => "pages";

    public string Title => "Pages of a large organisation";

    public string About => """
        100,000 enrolled people in 100 departments, each with five pictures' data and templates (the pictures themselves, which no list reads, are left out), of whom 2,000 are expected in 20 sessions every day for 200 days, and
        nine of ten come; and beside it a tenth of that: 10,000 people, of whom 200 are expected in two sessions. Each has a Web of its own with default settings, whose administrator asks for one page after the other by HTTP;
        all pages are asked in turns, 200 times, after 20 times that do not count. The time is until the last byte has arrived. PostgreSQL has the settings that it comes with, and was vacuumed.
        The goal for p95 is 50 ms. With ten times as much, a page may take 1.5 times as long: flat, or as a logarithm grows. The page of today counts the marks of all who are expected, so it reads ten times as much.
        """;

    public bool OnlyByName => true; // it writes gigabytes first

    public string? Missing() => null;

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var sqlite = await MeasureAsync("SQLite", postgres: false, run, cancellationToken);
        return PostgresDatabase.Missing() is { } reason
            ? [.. sqlite, ReportTable.NotMeasured("PostgreSQL", reason)]
            : [.. sqlite, .. await MeasureAsync("PostgreSQL", postgres: true, run, cancellationToken)];
    }

    private static async Task<IReadOnlyList<ReportTable>> MeasureAsync(string database, bool postgres, BenchmarkRun run, CancellationToken cancellationToken)
    {
        var large = new Organisation(run.Pick(100_000, 5_000), run.Pick(2_000, 1_000), run.Pick(200, 5));
        var small = new Organisation(large.People / 10, large.Expected / 10, run.Pick(200, 5));
        run.Say($"{database}: two organisations are written");
        await using var ofSmall = await PagesSite.OpenAsync(small, postgres, cancellationToken);
        await using var ofLarge = await PagesSite.OpenAsync(large, postgres, cancellationToken);
        var turns = ofLarge.Pages.Zip(ofSmall.Pages).ToList();
        for (var i = -run.Pick(Warming, 3); i < run.Pick(200, 10); i++)
        {
            if (i == 0)
            {
                run.Say($"{database}: measuring");
            }

            foreach (var (big, little) in i % 2 == 0 ? turns : Enumerable.Reverse(turns))
            {
                await ofLarge.AskAsync(big, measure: i >= 0, cancellationToken);
                await ofSmall.AskAsync(little, measure: i >= 0, cancellationToken);
            }
        }

        return
        [
            new(
                string.Create(CultureInfo.InvariantCulture, $"{database}, {large.People:N0} people, {large.Expected:N0} expected today"),
                ["page", "rows", "p50 ms", "p95 ms", "p99 ms", "goal of 50 ms for p95"],
                [.. ofLarge.Pages.Select(page => (string[])
                [
                    page.Name, page.Rows.ToString(CultureInfo.InvariantCulture), Samples.Milliseconds(page.Times.Median), Samples.Milliseconds(page.Times.Percentile(95)),
                    Samples.Milliseconds(page.Times.P99), page.Times.Percentile(95) <= s_goal ? "" : "missed",
                ])])
            {
                Goals = [Goal.AtMost($"{database}, slowest page, p95", ofLarge.Pages.Max(page => page.Times.Percentile(95)), s_goal)],
            },
            new(
                string.Create(CultureInfo.InvariantCulture, $"{database}, growth from {small.People:N0} people and {small.Sessions:N0} sessions to {large.People:N0} and {large.Sessions:N0}"),
                ["page", "p50 ms", "with ten times as much, p50 ms", "ratio", string.Create(CultureInfo.InvariantCulture, $"goal of {LargestGrowth}")],
                [.. turns.Select(pair => (Pair: pair, Ratio: pair.First.Times.Median / pair.Second.Times.Median)).Select(each => (string[])
                [
                    each.Pair.First.Name, Samples.Milliseconds(each.Pair.Second.Times.Median), Samples.Milliseconds(each.Pair.First.Times.Median), Samples.Figure(each.Ratio), each.Ratio <= LargestGrowth ? "" : "missed",
                ])])
            {
                Goals = [Goal.AtMost($"{database}, largest growth of a page's p50 with ten times as much", turns.Max(pair => pair.First.Times.Median / pair.Second.Times.Median), LargestGrowth, "×")],
            },
        ];
    }
}

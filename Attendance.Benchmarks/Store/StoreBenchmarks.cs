using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Store;

/// <summary>Compares the cost of a lease in the store with that of a lock, which does less, and with that of doing nothing.</summary>
internal sealed class StoreBenchmarks : IBenchmarkGroup
{
    private const int Crowd = 64;
    private const int Few = 4;
    private static readonly int[] s_callers = [1, 16, Crowd];

    public string Name => "store";

    public string Title => "Acquire and release in the store";

    public string About => """
        One redis-server and the callers in one process share this machine's cores. A cycle is an acquisition and a release. Each competitor has one connection
        that all its callers share; competitors are measured in turns, in alternating order, and the rate is the median of the turns. A lease of ours has a fencing token, a deadline in an index, and
        a line in the ledger with its reason; a lock of DistributedLock.Redis has none of these.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var node = new BenchNode(redis, Few);
        await using var forFloor = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var forLocks = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var rows = new List<IReadOnlyList<string>>();
        var alone = new List<Goal>();
        foreach (var callers in s_callers)
        {
            var floor = new EmptyScripts(forFloor.GetDatabase());
            await floor.LoadAsync();
            Competitor[] all = [floor, new DistributedLocks(forLocks.GetDatabase(), callers), new StoredLeases(node.Store)];
            await MeasureAsync(all, callers);
            rows.AddRange(all.Select(one => (string[])
            [
                $"{one.Name}, {callers}", Samples.Figure(one.CyclesPerSecond), Samples.Milliseconds(one.Cycles.Median), Samples.Milliseconds(one.Cycles.P99),
                Samples.Figure(one.CyclesPerSecond / all[1].CyclesPerSecond), Samples.Figure(one.Cycles.Median / all[0].Cycles.Median),
                Samples.Figure(one.ServerPerCycle.TotalMicroseconds), Samples.Figure(one.ClientPerCycle.TotalMicroseconds),
            ]));
            if (callers == 1)
            {
                alone.Add(Goal.AtMost("cycle in the store, one caller, p50", all[2].Cycles.Median / all[0].Cycles.Median, 1.3, "× the floor's"));
            }
        }

        Competitor[] crowded = [new DistributedLocks(forLocks.GetDatabase(), Few), new WholeLeases(node, Few)];
        await MeasureAsync(crowded, Crowd);
        return
        [
            new ReportTable(
                "Each caller has a camera of its own",
                ["what, callers", "cycles/s", "p50 ms", "p99 ms", "of DistributedLock's rate", "of the floor's p50", "server µs/cycle", "client µs/cycle"],
                rows)
            {
                Goals = alone,
            },
            new ReportTable(
                $"{Crowd} callers, {Few} cameras",
                ["what", "cycles/s", "p50 ms", "p99 ms", "cycles of a caller: fewest", "median", "most"],
                [.. crowded.Select(one => (string[])
                [
                    one.Name, Samples.Figure(one.CyclesPerSecond), Samples.Milliseconds(one.Cycles.Median), Samples.Milliseconds(one.Cycles.P99),
                    $"{one.CyclesPerCaller.Min}", $"{one.CyclesPerCaller.Median}", $"{one.CyclesPerCaller.Max}",
                ])],
                "Who waits for a camera of ours stands in line at the node that owns it; who waits for a lock of DistributedLock.Redis asks again after a random sleep.")
            {
                Goals =
                [
                    Goal.AtLeast(
                        $"{Crowd} callers of {Few} cameras: cycles of the caller that had fewest", crowded[1].CyclesPerCaller.Min / (double)crowded[1].CyclesPerCaller.Max, 0.9, "of the most"),
                ],
            },
        ];

        async Task<TimeSpan> ServerCpuAsync() => TimeSpan.FromSeconds((await forFloor.GetServers()[0].InfoAsync("cpu"))
            .SelectMany(section => section).Where(entry => entry.Key is "used_cpu_sys" or "used_cpu_user")
            .Sum(entry => double.Parse(entry.Value, CultureInfo.InvariantCulture)));

        async Task MeasureAsync(IReadOnlyList<Competitor> all, int callers)
        {
            var span = run.Pick(TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(300));
            foreach (var one in all)
            {
                await one.TakeTurnAsync(callers, span, measure: false, ServerCpuAsync, cancellationToken);
            }

            for (var turn = 0; turn < run.Pick(6, 2); turn++)
            {
                run.Say($"{callers} callers, turn {turn + 1}");
                foreach (var one in turn % 2 == 0 ? all : [.. all.Reverse()])
                {
                    await one.TakeTurnAsync(callers, span, measure: true, ServerCpuAsync, cancellationToken);
                }
            }
        }
    }
}

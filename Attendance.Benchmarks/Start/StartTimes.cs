using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Start;

/// <summary>Measures how long camera-api and the whole system take to start and to end, in turns with Aspire's own sample.</summary>
internal static class StartTimes
{
    private const double Factor = 1.2;
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(4);

    public static async Task<ReportTable> MeasureAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var (cameraApi, ours, sample) = (new Samples(), new Times(), new Times());
        var missing = AppHosts.Missing();
        if (missing is null)
        {
            run.Say("building the sample");
            await AppHosts.BuildSampleAsync(cancellationToken);
        }

        var rounds = run.Pick(8, 1);
        for (var round = -1; round < rounds; round++) // the first one reads everything from the disk, and does not count
        {
            run.Say($"start {round + 1} of {rounds}");
            await using (var redis = await RedisServer.StartAsync(cancellationToken)) // in the last one's, the former node would still have the name
            await using (var api = await IdleCameraApi.StartAsync(redis, cancellationToken))
            {
                cameraApi.Add(round, api.StartedIn);
            }

            if (missing is not null)
            {
                continue;
            }

            Func<Task>[] turns =
            [
                async () => await ours.AddAsync(round, await AppHosts.StartOursAsync(cancellationToken), cancellationToken),
                async () => await sample.AddAsync(round, await AppHosts.StartSampleAsync(cancellationToken), cancellationToken),
            ];
            foreach (var turn in round % 2 == 0 ? turns : [.. turns.Reverse()])
            {
                await turn();
            }
        }

        List<IReadOnlyList<string>> rows = [Row("camera-api, healthy", cameraApi)];
        if (missing is null)
        {
            rows.AddRange(ours.Rows("AppHost").Zip(sample.Rows("Aspire's sample")).SelectMany(pair => (IReadOnlyList<string>[])[pair.First, pair.Second]));
        }

        return new ReportTable("Start and end", ["what", "times", "p50 ms", "slowest ms"], rows, missing is null ? null : $"AppHost is not measured here: {missing}")
        {
            Goals = missing is not null ? [] :
            [
                Goal.AtMost("AppHost, all healthy", ours.Started.Median / sample.Started.Median, Factor, "× Aspire's sample"),
                Goal.AtMost("AppHost, from SIGINT to its end", ours.Ended.Median, s_end),
                Goal.AtMost("AppHost, from SIGINT until nothing that it started runs", ours.Gone.Median, s_end),
            ],
        };
    }

    private static IReadOnlyList<string> Row(string what, Samples times) =>
        [what, $"{times.Count}", Samples.Milliseconds(times.Median), Samples.Milliseconds(times.Percentile(100))];

    private static void Add(this Samples samples, int round, TimeSpan time)
    {
        if (round >= 0)
        {
            samples.Add(time);
        }
    }

    private sealed class Times
    {
        public Samples Started { get; } = new();

        public Samples Ended { get; } = new();

        /// <summary>Until no process ran any more.</summary>
        public Samples Gone { get; } = new();

        public async Task AddAsync(int round, RunningAppHost host, CancellationToken cancellationToken)
        {
            await using (host)
            {
                Started.Add(round, host.StartedIn);
                var (own, all) = await host.StopAsync(cancellationToken);
                Ended.Add(round, own);
                Gone.Add(round, all);
            }
        }

        public IEnumerable<IReadOnlyList<string>> Rows(string what) => [Row($"{what}, all healthy", Started), Row($"{what}, ended", Ended), Row($"{what}, all its processes ended", Gone)];
    }
}

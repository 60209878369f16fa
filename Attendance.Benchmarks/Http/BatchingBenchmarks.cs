using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Http;

/// <summary>Whether it is worth its code that changes which meet go to the store as one script.</summary>
internal sealed class BatchingBenchmarks : IBenchmarkGroup
{
    private static readonly int[] s_callers = [1, 16, 64];

    public string Name => "batching";

    public string Title => "Acquire and release through HTTP, with and without batching";

    public string About => """
        Three camera-api processes, each with a store of its own, the callers in a further process, all on this machine and its cores: one sends changes that meet as one script, one sends each by itself, and one is
        as the first again. A cycle is `POST /api/leases` and `DELETE /api/leases/{lease_id}` of a browser's camera, which has no device. The three are measured in turns, in an order that changes with each
        round; a ratio is the median of the ratios of the rounds, above 1 where the first of the two is better. What the first and the third differ by is what the machine does to the figures. The processes are
        started anew several times, because two that run the same code are seldom equally fast.
        """;

    public bool OnlyByName => true;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("attendance-benchmarks-");
        try
        {
            return
            [
                await MeasureAsync("redis-server", () => RedisServer.StartAsync(cancellationToken), run, cancellationToken),
                await MeasureAsync(
                    "Garnet, embedded",
                    () => RedisServer.StartGarnetAsync(folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName, cancellationToken), run, cancellationToken),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<ReportTable> MeasureAsync(string title, Func<Task<RedisServer>> startStore, BenchmarkRun run, CancellationToken cancellationToken)
    {
        var versions = s_callers.ToDictionary(callers => callers, _ => (Version[])[new("batched"), new("each by itself"), new("batched again")]);
        for (var start = 0; start < run.Pick(3, 1); start++)
        {
            await using var ofBatched = await startStore();
            await using var ofAlone = await startStore();
            await using var ofAgain = await startStore();
            await using var batched = await StartAsync(ofBatched, "0", cancellationToken);
            await using var alone = await StartAsync(ofAlone, "1", cancellationToken);
            await using var again = await StartAsync(ofAgain, "0", cancellationToken);
            CameraApiServer[] servers = [batched, alone, again];
            run.Say($"{title}, start {start + 1}: warming up");
            foreach (var server in servers.Concat(servers))
            {
                await new LeaseLoad(server, 64, attended: false).RunAsync(run.Pick(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(300)), measure: false, cancellationToken);
            }

            foreach (var callers in s_callers)
            {
                run.Say($"{title}, start {start + 1}: {callers} callers");
                for (var round = 0; round < run.Pick(6, 1); round++)
                {
                    for (var place = 0; place < servers.Length; place++)
                    {
                        // Every version is in every place, and comes as often after each of the others.
                        var next = round % 2 == 0 ? (place + round) % 3 : (round - place + 3) % 3;
                        await versions[callers][next].TakeTurnAsync(servers[next], callers, run.Pick(TimeSpan.FromSeconds(1.2), TimeSpan.FromMilliseconds(300)), cancellationToken);
                    }
                }
            }
        }

        return new ReportTable(
            title,
            ["version, callers", "rounds", "cycles/s", "p50 ms", "p99 ms", "API's CPU µs/cycle", "ratio of cycles/s", "of p50", "of p99", "of CPU"],
            [.. s_callers.SelectMany(callers => versions[callers].Select((version, at) => Row(version, callers, at == 1 ? null : versions[callers][1])))],
            "The ratios are to \"each by itself\", round by round; in brackets the lower and the upper quartile.");
    }

    private static string[] Row(Version version, int callers, Version? baseline)
    {
        return
        [
            $"{version.Name}, {callers}", $"{version.Turns.Count}",
            Median(turn => turn.Rate), Median(turn => turn.Median), Median(turn => turn.P99), Median(turn => turn.Cpu),
            Ratio(turn => turn.Rate), Ratio(turn => 1 / turn.Median), Ratio(turn => 1 / turn.P99), Ratio(turn => 1 / turn.Cpu),
        ];

        string Median(Func<Turn, double> figure) => Samples.Figure(Quantile(version.Turns.Select(figure), 0.5));

        string Ratio(Func<Turn, double> figure)
        {
            if (baseline is null)
            {
                return "";
            }

            var ratios = version.Turns.Zip(baseline.Turns, (one, other) => figure(one) / figure(other)).ToList();
            return $"{Samples.Figure(Quantile(ratios, 0.5))} ({Samples.Figure(Quantile(ratios, 0.25))} to {Samples.Figure(Quantile(ratios, 0.75))})";
        }
    }

    private static double Quantile(IEnumerable<double> values, double share)
    {
        var ordered = values.Order().ToList();
        return ordered[Math.Max(0, (int)Math.Ceiling(share * ordered.Count) - 1)];
    }

    private static Task<CameraApiServer> StartAsync(RedisServer store, string alone, CancellationToken cancellationToken) => CameraApiServer.StartAsync(
        store,
        "bench",
        new Dictionary<string, string>
        {
            ["Leases:MaxBrowserCameras"] = "5000", ["Leases:StoreTimeout"] = "00:00:10", ["Cameras:demo:Source"] = "test-pattern", ["ATTENDANCE_CHANGES_ALONE"] = alone,
        },
        cancellationToken);

    /// <param name="Median">Of a cycle, in ms, as is <paramref name="P99"/>.</param>
    /// <param name="Cpu">Of the API, for one cycle, in µs.</param>
    private sealed record Turn(double Rate, double Median, double P99, double Cpu);

    private sealed class Version(string name)
    {
        public string Name => name;

        public List<Turn> Turns { get; } = [];

        public async Task TakeTurnAsync(CameraApiServer server, int callers, TimeSpan span, CancellationToken cancellationToken)
        {
            var load = new LeaseLoad(server, callers, attended: false);
            var (cpu, began) = (ProcessUsage.Cpu([server.Pid]), Stopwatch.GetTimestamp());
            await load.RunAsync(span, measure: true, cancellationToken);
            var cycles = load.Cycles;
            Turns.Add(new Turn(
                cycles.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, cycles.Median.TotalMilliseconds, cycles.P99.TotalMilliseconds,
                (ProcessUsage.Cpu([server.Pid]) - cpu).TotalMicroseconds / cycles.Count));
        }
    }
}

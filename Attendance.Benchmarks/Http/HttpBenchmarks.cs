using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Http;

/// <summary>Measures acquire and release of cameras without a device, so that only the API and its store count.</summary>
internal sealed class HttpBenchmarks : IBenchmarkGroup
{
    private const int Sessions = 1000;
    private static readonly int[] s_callers = [1, 16, 64];

    public string Name => "http";

    public string Title => "Acquire and release through the whole API";

    public string About => """
        One camera-api process, one redis-server and the callers in a third process share this machine's cores. A cycle is `POST /api/leases` followed by
        `DELETE /api/leases/{lease_id}` for a browser's camera, which has no device; each caller has a camera of its own. The floor is two calls of
        `GET /alive`, which ask nothing of the store. All loads are measured in turns. "With presence" means that 1,000 other sessions each hold a camera and an open
        WebSocket, whose pings are answered and whose leases are renewed.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var api = await CameraApiServer.StartAsync(
            redis, "bench", new Dictionary<string, string> { ["Leases:MaxBrowserCameras"] = "5000", ["Cameras:demo:Source"] = "test-pattern" }, cancellationToken);
        var span = run.Pick(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500));
        var loads = s_callers
            .SelectMany(callers => (Load[])
            [
                new AliveLoad(api, callers, attended: false), new LeaseLoad(api, callers, attended: false),
                new AliveLoad(api, callers, attended: true), new LeaseLoad(api, callers, attended: true),
            ])
            .ToList();

        run.Say("warming up");
        foreach (var load in loads.Where(load => !load.Attended))
        {
            await load.RunAsync(span / 2, measure: false, cancellationToken);
        }

        // Without, with, with, without: what drifts meanwhile is the same for both.
        await MeasureAsync(attended: false, reversed: false);
        run.Say($"{Sessions} sessions connect");
        await using (await AttendedSessions.StartAsync(api, Sessions, cancellationToken))
        {
            await MeasureAsync(attended: true, reversed: false);
            await MeasureAsync(attended: true, reversed: true);
        }

        await MeasureAsync(attended: false, reversed: true);
        return
        [
            Table("By itself", loads.Where(load => !load.Attended)),
            Table($"While {Sessions:N0} sessions hold presence sockets", loads.Where(load => load.Attended)),
        ];

        async Task MeasureAsync(bool attended, bool reversed)
        {
            foreach (var load in (reversed ? Enumerable.Reverse(loads) : loads).Where(load => load.Attended == attended))
            {
                run.Say(load.ToString()!);
                await load.RunAsync(span, measure: true, cancellationToken);
            }
        }
    }

    private static ReportTable Table(string title, IEnumerable<Load> loads) => new(
        title,
        ["what, callers", "cycles/s", "cycle p50 ms", "cycle p99 ms", "first call p50 ms", "first call p99 ms", "second call p50 ms", "second call p99 ms"],
        [.. loads.Select(load => (string[])
        [
            load.ToString()!,
            Samples.Figure(load.CyclesPerSecond),
            Samples.Milliseconds(load.Cycles.Median), Samples.Milliseconds(load.Cycles.P99),
            Samples.Milliseconds(load.First.Median), Samples.Milliseconds(load.First.P99),
            Samples.Milliseconds(load.Second.Median), Samples.Milliseconds(load.Second.P99),
        ])]);
}

using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Start;

/// <summary>Measures how soon the system is up, and what it uses while nobody uses it.</summary>
internal sealed class StartBenchmarks : IBenchmarkGroup
{
    private const int Cameras = 16;
    /// <summary>The time after which the system counts as at rest. For about a minute, the runtime recompiles in the background what has run thirty times.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(75);

    public string Name => "start";

    public string Title => "Start and rest";

    public string About => $"""
        camera-api: from the start of its process until `GET /health` answers 200, with its store already up. AppHost: from the start of its process until it says that everything is up:
        the store, camera-api, and Web with its database, all empty. At rest: camera-api and its spare worker with {Cameras} cameras, all free, and nobody calling,
        {s_settled.TotalSeconds} s after the start; CPU as a share of one core. PSS divides memory that several processes share among them.
        """;

    public string? Missing() => RedisServer.Missing() ?? (OperatingSystem.IsLinux() ? null : "it reads /proc, which Linux has.");

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        var rounds = run.Pick(7, 2);
        var (cameraApi, appHost) = (new Samples(), new Samples());
        var missing = AppHostServer.Missing();
        for (var round = 0; round < rounds; round++)
        {
            run.Say($"start {round + 1}");
            await using (var api = await StartApiAsync(redis, cancellationToken))
            {
                cameraApi.Add(api.StartedIn);
            }

            if (missing is null)
            {
                appHost.Add(await AppHostServer.StartAsync(cancellationToken));
            }
        }

        List<IReadOnlyList<string>> starts = [Row("camera-api healthy", cameraApi)];
        if (missing is null)
        {
            starts.Add(Row("AppHost, all healthy", appHost));
        }

        return
        [
            new ReportTable("Start", ["what", "starts", "p50 ms", "slowest ms"], starts, missing is null ? null : $"AppHost is not measured here: {missing}"),
            await RestAsync(redis, run, cancellationToken),
        ];
    }

    private static async Task<ReportTable> RestAsync(RedisServer redis, BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var api = await StartApiAsync(redis, cancellationToken);
        await Task.Delay(run.Pick(s_settled, TimeSpan.FromSeconds(5)), cancellationToken);
        var span = run.Pick(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));
        run.Say($"at rest for {span.TotalSeconds} s");
        int[] workers = [.. ProcessUsage.Family(api.Pid).Where(pid => pid != api.Pid)];
        (string What, int[] Pids)[] parts = [("camera-api", [api.Pid]), ("its spare worker", workers)];
        var before = parts.Select(part => ProcessUsage.Cpu(part.Pids)).ToList();
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(span, cancellationToken);
        var time = Stopwatch.GetElapsedTime(began);
        return new ReportTable(
            $"At rest, {Cameras} cameras free",
            ["what", "processes", "CPU %", "RSS MiB", "PSS MiB"],
            [.. parts.Select((part, i) =>
            {
                var memory = ProcessUsage.Memory(part.Pids);
                return (string[])
                [
                    part.What, $"{part.Pids.Length}", Samples.Figure((ProcessUsage.Cpu(part.Pids) - before[i]) / time * 100),
                    Samples.Figure(memory.Rss), Samples.Figure(memory.Pss),
                ];
            })],
            "The goal is less than 1 % for both together.");
    }

    private static Task<CameraApiServer> StartApiAsync(RedisServer redis, CancellationToken cancellationToken) => CameraApiServer.StartAsync(
        redis,
        "bench",
        Enumerable.Range(1, Cameras).ToDictionary(camera => $"Cameras:camera-{camera}:Source", _ => "test-pattern"),
        cancellationToken);

    private static IReadOnlyList<string> Row(string what, Samples times) =>
        [what, $"{times.Count}", Samples.Milliseconds(times.Median), Samples.Milliseconds(times.Percentile(100))];
}

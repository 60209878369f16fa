using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using OpenCvSharp;

namespace Attendance.Benchmarks.FirstFrame;

/// <summary>Measures how long a caller waits from asking for a camera until its first picture.</summary>
internal sealed class FirstFrameBenchmarks : IBenchmarkGroup
{
    private const int Width = 640, Height = 480;

    /// <summary>The pause between two openings. A spare worker is ready well before it ends.</summary>
    private static readonly TimeSpan s_refill = TimeSpan.FromSeconds(1.2);

    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(90); // of a worker that the JIT compiles

    public string Name => "first-frame";

    public string Title => "First frame";

    public string About => """
        The time from sending `POST /api/leases` until the first JPEG has arrived (`GET …/snapshot`), from two camera-api processes: one with its warm spare worker, one
        with `Capture:SpareWorkers=0`. In turns with them, OpenCV opens the same file in the benchmark's own process, with its library loaded long before: `new VideoCapture(file)` and
        the first `Read`, which returns a picture that is not encoded. The goal is 1.2 times that, plus 30 ms. A second passes between two openings, in which the next spare worker warms up.
        OpenCV has no test pattern, so those rows have nothing to compare with.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        using var film = new Film(Width, Height);
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var warm = await StartAsync(redis, film, spares: 1, cancellationToken);
        await using var cold = await StartAsync(redis, film, spares: 0, cancellationToken);
        List<Way> ways =
        [
            new("file: OpenCV in process", () => Task.FromResult(OpenInProcess(film.Path))),
            new("file: API, warm spare", () => OpenAsync(warm, "film", cancellationToken)),
            new("file: API, no spare", () => OpenAsync(cold, "film", cancellationToken)),
            new("test pattern: API, warm spare", () => OpenAsync(warm, "pattern", cancellationToken)),
            new("test pattern: API, no spare", () => OpenAsync(cold, "pattern", cancellationToken)),
        ];

        // Once, unmeasured: the first of anything compiles what it runs.
        foreach (var way in ways)
        {
            await way.OpenAsync();
        }

        for (var round = 0; round < run.Pick(20, 3); round++)
        {
            run.Say($"round {round + 1}");
            foreach (var way in round % 2 == 0 ? ways : Enumerable.Reverse(ways))
            {
                await Task.Delay(s_refill, cancellationToken);
                way.Times.Add(await way.OpenAsync());
            }
        }

        var goal = (ways[0].Times.Median * 1.2) + TimeSpan.FromMilliseconds(30);
        return
        [
            new ReportTable(
                $"{Width}×{Height}",
                ["what", "openings", "p50 ms", "p99 ms", "goal of p50 ms"],
                [.. ways.Select((way, i) => (string[])
                [
                    way.What, $"{way.Times.Count}", Samples.Milliseconds(way.Times.Median), Samples.Milliseconds(way.Times.P99),
                    i is 1 or 2 ? Samples.Milliseconds(goal) : "",
                ])])
            {
                Goals = [.. ways.Where(way => way.What.Contains("no spare", StringComparison.Ordinal)).Select(way => Goal.AtMost($"{way.What}, p50", way.Times.Median, s_goal))],
            },
        ];
    }

    private static Task<CameraApiServer> StartAsync(RedisServer redis, Film film, int spares, CancellationToken cancellationToken) => CameraApiServer.StartAsync(
        redis,
        $"bench-{spares}",
        new Dictionary<string, string>
        {
            ["Capture:SpareWorkers"] = $"{spares}",
            ["Cameras:film:Source"] = $"file:{film.Path}",
            ["Cameras:pattern:Source"] = "test-pattern",
        },
        cancellationToken);

    private static async Task<TimeSpan> OpenAsync(CameraApiServer api, string camera, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var borrowed = await api.AcquireAsync(camera, "bench-first-frame", cancellationToken);
        await api.Http.GetByteArrayAsync(borrowed.SnapshotUrl, cancellationToken);
        var time = Stopwatch.GetElapsedTime(began);
        await api.ReleaseAsync(borrowed, cancellationToken);
        return time;
    }

    private static TimeSpan OpenInProcess(string path)
    {
        var began = Stopwatch.GetTimestamp();
        using var capture = new VideoCapture(path);
        using var picture = new Mat();
        return capture.Read(picture) && !picture.Empty()
            ? Stopwatch.GetElapsedTime(began)
            : throw new InvalidOperationException("OpenCV does not read the film.");
    }

    private sealed record Way(string What, Func<Task<TimeSpan>> OpenAsync)
    {
        public Samples Times { get; } = new();
    }
}

using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using OpenCvSharp;

namespace Attendance.Benchmarks.FirstFrame;

/// <summary>Measures how long a caller waits from asking for a camera until its first picture.</summary>
internal sealed class FirstFrameBenchmarks : IBenchmarkGroup
{
    private const int Width = 640, Height = 480;

    /// <summary>The pause between two openings, in which the worker before is gone.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.5);

    public string Name => "first-frame";

    public string Title => "First frame";

    public string About => """
        The time from sending `POST /api/leases` until the first JPEG has arrived (`GET …/snapshot`), the start of a capture worker among it. In turns with that, OpenCV opens the same file in
        the benchmark's own process, with its library loaded long before: `new VideoCapture(file)` and the first `Read`, which returns a picture that is not encoded. The goal is 35 ms with a
        [native worker](../deploy/README.md#the-capture-worker), and 90 ms with one that the runtime compiles.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        using var film = new Film(Width, Height);
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var api = await StartAsync(redis, film, cancellationToken);
        var worker = CameraApiServer.HasNativeWorker ? "native worker" : "compiled worker";
        List<Way> ways =
        [
            new("file: OpenCV in process", () => Task.FromResult(OpenInProcess(film.Path))),
            new($"file: API, {worker}", () => OpenAsync(api, "film", cancellationToken)),
            new($"test pattern: API, {worker}", () => OpenAsync(api, "pattern", cancellationToken)),
        ];

        // Once, unmeasured: the first of anything compiles what it runs.
        foreach (var way in ways)
        {
            await way.OpenAsync();
        }

        for (var round = 0; round < run.Pick(50, 3); round++)
        {
            run.Say($"round {round + 1}");
            foreach (var way in round % 2 == 0 ? ways : Enumerable.Reverse(ways))
            {
                await Task.Delay(s_pause, cancellationToken);
                way.Times.Add(await way.OpenAsync());
            }
        }

        var goal = TimeSpan.FromMilliseconds(CameraApiServer.HasNativeWorker ? 35 : 90);
        return
        [
            new ReportTable(
                $"{Width}×{Height}",
                ["what", "openings", "p50 ms", "p99 ms", "goal of p50 ms"],
                [.. ways.Select((way, i) => (string[])
                [
                    way.What, $"{way.Times.Count}", Samples.Milliseconds(way.Times.Median), Samples.Milliseconds(way.Times.P99),
                    i > 0 ? Samples.Milliseconds(goal) : "",
                ])])
            {
                Goals = [.. ways.Skip(1).Select(way => Goal.AtMost($"{way.What}, p50", way.Times.Median, goal))],
            },
        ];
    }

    private static Task<CameraApiServer> StartAsync(RedisServer redis, Film film, CancellationToken cancellationToken) => CameraApiServer.StartAsync(
        redis,
        "bench",
        new Dictionary<string, string>
        {
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

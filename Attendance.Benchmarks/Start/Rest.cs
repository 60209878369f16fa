using Attendance.Benchmarks.FirstFrame;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using Attendance.Benchmarks.Streaming;

namespace Attendance.Benchmarks.Start;

/// <summary>Measures what is used while nobody uses the system, and by a worker whose camera is in use.</summary>
internal static class Rest
{
    /// <summary>The time after which the system counts as at rest. For about a minute, the runtime recompiles in the background what has run thirty times.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(75);

    private const int Width = 640, Height = 480;
    private const double BytesPerMiB = 1024 * 1024, BytesPerMB = 1e6;
    private static readonly string[] s_columns = ["what", "processes", "CPU %", "RSS MiB", "PSS MiB"];

    /// <summary>camera-api with whatever processes it has then.</summary>
    public static async Task<ReportTable> OfCameraApiAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var api = await IdleCameraApi.StartAsync(redis, cancellationToken);
        var parts = await SettleAndMeasureAsync("camera-api", () => ProcessUsage.Family(api.Pid), run, cancellationToken);
        var all = ProcessShare.Sum("together", parts);
        return new ReportTable($"camera-api at rest, {IdleCameraApi.Cameras} cameras free", s_columns, [.. parts.Append(all).Select(Row)])
        {
            Goals = [Goal.AtMost("camera-api and its workers at rest, PSS", all.Pss, 120, "MiB")],
        };
    }

    /// <summary>The worker of a camera that one viewer watches.</summary>
    public static async Task<ReportTable> OfWorkerAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        using var film = new Film(Width, Height);
        var rows = new List<IReadOnlyList<string>>();
        var goals = new List<Goal>();
        foreach (var (what, source) in ((string, string)[])[("test pattern", "test-pattern"), ("film", $"file:{film.Path}")])
        {
            run.Say($"worker, {what}");
            await using var redis = await RedisServer.StartAsync(cancellationToken);
            await using var api = await CameraApiServer.StartAsync(
                redis,
                "bench",
                new Dictionary<string, string> { ["Cameras:camera:Source"] = source, ["Cameras:camera:Width"] = $"{Width}", ["Cameras:camera:Height"] = $"{Height}" },
                cancellationToken);
            var camera = await api.AcquireAsync("camera", "bench-worker", cancellationToken);
            var span = run.Pick(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));
            var stream = new StreamedCamera(new Uri(api.Address, camera.StreamUrl), api.ApiKey, api.Pid);
            var watching = stream.MeasureAsync(viewers: 1, span * 1.5, cancellationToken);
            await Task.Delay(span / 2, cancellationToken);
            var worker = (await ProcessShare.MeasureAsync([ProcessUsage.Family(api.Pid).Single(pid => pid != api.Pid)], span, cancellationToken)).Single();
            await watching;
            rows.Add(Row(worker with { Name = what }));
            goals.Add(Goal.AtMost($"worker at work, {what} at {Width}×{Height}, PSS", worker.Pss * BytesPerMiB / BytesPerMB, 40, "MB"));
        }

        return new ReportTable($"Worker at work, {Width}×{Height}, one viewer", s_columns, rows) { Goals = goals };
    }

    /// <summary>The whole system as the AppHost runs it, without its dashboard.</summary>
    public static async Task<ReportTable> OfSystemAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        const string title = "The whole system at rest, one camera free";
        if (AppHosts.Missing() is { } reason)
        {
            return ReportTable.NotMeasured(title, reason);
        }

        await using var host = await AppHosts.StartOursAsync(cancellationToken, "--Dashboard=false");
        var all = await SettleAndMeasureAsync("AppHost", () => host.Processes, run, cancellationToken);
        var services = all.Where(IsService).ToList();
        var together = ProcessShare.Sum("our services together", services);
        return new ReportTable(
            title,
            s_columns,
            [.. services.Append(together).Concat(all.Except(services)).Select(Row)],
            "Our services are the session store, camera-api with its workers, and Web. The AppHost itself, `dcp`, which is Aspire's orchestrator, and what it starts them with are development tools and do not count.")
        {
            Goals = [Goal.AtMost("our services at rest, one camera free, CPU", together.Cpu * 100, 1, "% of a core")],
        };
    }

    private static bool IsService(ProcessShare process) => process.Name.StartsWith("Attendance.", StringComparison.Ordinal) && process.Name != AppHosts.Ours;

    private static async Task<IReadOnlyList<ProcessShare>> SettleAndMeasureAsync(string what, Func<IReadOnlyList<int>> processes, BenchmarkRun run, CancellationToken cancellationToken)
    {
        var (settled, span) = (run.Pick(Settled, TimeSpan.FromSeconds(5)), run.Pick(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5)));
        run.Say($"{what} at rest, for {settled.TotalSeconds} and {span.TotalSeconds} s");
        await Task.Delay(settled, cancellationToken);
        return await ProcessShare.MeasureAsync(processes(), span, cancellationToken);
    }

    private static IReadOnlyList<string> Row(ProcessShare process) =>
        [process.Name, $"{process.Count}", Samples.Figure(process.Cpu * 100), Samples.Figure(process.Rss), Samples.Figure(process.Pss)];
}

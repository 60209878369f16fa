using Attendance.Benchmarks.FirstFrame;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Streaming;

/// <summary>Measures one camera with many viewers.</summary>
internal sealed class StreamingBenchmarks : IBenchmarkGroup
{
    private static readonly (int Width, int Height)[] s_sizes = [(640, 480), (1920, 1080)];
    private static readonly int[] s_viewers = [1, 4, 16, 64];

    public string Name => "streaming";

    public string Title => "Streaming";

    public string About => """
        Viewers in the benchmark's own process each watch `GET …/stream` on a connection of their own; they share the cores with the server. CPU is that of camera-api and all its workers, divided by the
        frames that reached a viewer; memory is their PSS. A network camera delivers JPEG, which is passed through. A film's frames are each decoded and encoded once. Both give 30 frames a second. A viewer
        that is too slow skips frames, so a lower rate means that the machine is full. The first rows include compilation; "64 viewers beside one" is measured in turns after it. µStreamer and Motion accept V4L2 devices only, so they are compared on one, in the virtual machine
        of `./test.sh --v4l2`. Its processor is emulated: only the ratios mean something.
        """;

    public string? Missing() => RedisServer.Missing() ?? (OperatingSystem.IsLinux() ? null : "it reads /proc, which Linux has.");

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        if (V4l2Guest.IsHere)
        {
            return [await V4l2Streaming.MeasureAsync(run, cancellationToken)];
        }

        var tables = new List<ReportTable>();
        foreach (var (width, height) in s_sizes)
        {
            tables.Add(await MeasureAsync(width, height, run, cancellationToken));
        }

        return [.. tables, await FanOut.MeasureAsync(run, cancellationToken), await V4l2Guest.MeasureAsync(run, cancellationToken)];
    }

    private static async Task<ReportTable> MeasureAsync(int width, int height, BenchmarkRun run, CancellationToken cancellationToken)
    {
        using var film = new Film(width, height);
        await using var network = new NetworkCamera(width, height);
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (what, node, source) in ((string, string, string)[])
        [
            ("network camera", "bench-network", network.Address.ToString()), ("film", "bench-film", $"file:{film.Path}"),
        ])
        {
            // An API for each, so that memory is that of one camera; and a node for each, for one that comes back takes its leases up again.
            await using var api = await CameraApiServer.StartAsync(
                redis, node, new Dictionary<string, string> { ["Cameras:camera:Source"] = source }, cancellationToken);
            var camera = await api.AcquireAsync("camera", "bench-streaming", cancellationToken);
            var stream = new StreamedCamera(new Uri(api.Address, camera.StreamUrl), api.ApiKey, api.Pid);
            foreach (var viewers in s_viewers)
            {
                run.Say($"{width}×{height}, {what}, {viewers} viewers");
                var figures = await stream.MeasureAsync(viewers, run.Pick(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1.5)), cancellationToken);
                rows.Add(
                [
                    $"{what}, {viewers}", Samples.Figure(figures.FramesPerSecond), Samples.Milliseconds(figures.CpuPerFrame),
                    Samples.Figure(figures.CpuShare * 100), Samples.Figure(figures.BytesPerFrame / 1024.0), Samples.Figure(figures.Memory),
                ]);
            }
        }

        return new ReportTable($"{width}×{height}", ["source, viewers", "frames/s per viewer", "CPU ms per delivered frame", "CPU % of a core", "KiB per frame", "PSS MiB"], rows);
    }
}

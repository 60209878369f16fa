using Attendance.Benchmarks.FirstFrame;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Streaming;

/// <summary>Measures what one of many viewers costs, beside a viewer who watches alone, in turns and on a camera-api that has compiled what it runs.</summary>
internal static class FanOut
{
    private const int Width = 1920, Height = 1080;
    private const int Many = 64;

    /// <summary>The most that a frame may cost when many watch, as a share of its cost when one does.</summary>
    private const double Share = 0.1;

    public static async Task<ReportTable> MeasureAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        using var film = new Film(Width, Height);
        await using var network = new NetworkCamera(Width, Height);
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        var goals = new List<Goal>();
        foreach (var (what, node, source) in ((string, string, string)[])[("film", "bench-film", $"file:{film.Path}"), ("network camera", "bench-network", network.Address.ToString())])
        {
            await using var api = await CameraApiServer.StartAsync(redis, node, new Dictionary<string, string> { ["Cameras:camera:Source"] = source }, cancellationToken);
            var camera = await api.AcquireAsync("camera", "bench-fan-out", cancellationToken);
            var stream = new StreamedCamera(new Uri(api.Address, camera.StreamUrl), api.ApiKey, api.Pid);
            run.Say($"{what}: compiling");
            await stream.MeasureAsync(Many, run.Pick(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2)), cancellationToken);
            var (one, many) = (new List<StreamFigures>(), new List<StreamFigures>());
            for (var turn = 0; turn < run.Pick(3, 1); turn++)
            {
                foreach (var (viewers, found) in ((int, List<StreamFigures>)[])[(1, one), (Many, many), (Many, many), (1, one)])
                {
                    run.Say($"{what}, {viewers} viewers, turn {turn + 1}");
                    found.Add(await stream.MeasureAsync(viewers, run.Pick(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1.5)), cancellationToken));
                }
            }

            var ratio = Cpu(many) / Cpu(one);
            rows.AddRange([Row(what, 1, one, 1), Row(what, Many, many, ratio)]);
            goals.Add(Goal.AtMost($"CPU of a delivered frame, {Many} viewers of a {what} at {Width}×{Height}", ratio, Share, "of one viewer's"));
        }

        return new ReportTable(
            $"{Many} viewers beside one, {Width}×{Height}",
            ["source, viewers", "frames/s per viewer", "CPU ms per delivered frame", "of one viewer's", "CPU % of a core"],
            rows)
        {
            Goals = goals,
        };
    }

    private static double Cpu(List<StreamFigures> figures) => figures.Average(one => one.CpuPerFrame.TotalMilliseconds);

    private static IReadOnlyList<string> Row(string what, int viewers, List<StreamFigures> figures, double ratio) =>
    [
        $"{what}, {viewers}", Samples.Figure(figures.Average(one => one.FramesPerSecond)), Samples.Figure(Cpu(figures)), Samples.Figure(ratio), Samples.Figure(figures.Average(one => one.CpuShare) * 100),
    ];
}

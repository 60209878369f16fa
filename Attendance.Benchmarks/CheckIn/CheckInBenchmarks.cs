using System.Diagnostics;
using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.CheckIn;

/// <summary>Measures how long a kiosk waits for what a frame comes to, and what that costs.</summary>
internal sealed class CheckInBenchmarks : IBenchmarkGroup
{
    private const double CpuGoal = 12;
    private static readonly int[] s_kiosks = [1, 8];
    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(150), s_oldest = TimeSpan.FromMilliseconds(300);

    public string Name => "check-in";

    public string Title => "From a frame to the check-in";

    public string About => """
        Web with SQLite, camera-api and redis-server as processes of their own, with default settings except that who comes again after a second is recorded again. The kiosks are in the benchmark's process and speak as a kiosk's page does:
        each borrows the camera of its device, sends a JPEG of 640×480 every 150 ms, and the next only when the one before was answered. Where there are people, the next stands there as soon as one
        is welcomed, without a pause, so people at all kiosks are the most that kiosks can ask. Two people take turns at each of these kiosks. The other kiosks see a wall. The faces are samples of npm packages, and the proof of life is off, because somebody stands beside the kiosk.
        The time of a frame is from sending it until its answer has arrived, which is its age when it was judged; the decision is the frame whose answer is the welcome, which is sent when the check-in is stored. "From the first frame" has the frames that a
        decision takes, three, and the pauses between them. CPU is that of all processes but the kiosks. The goals: p95 of the decision 150 ms, no frame older than 300 ms, and 12 % of a core for each kiosk.
        """;

    public string? Missing() => RedisServer.Missing() ?? (OperatingSystem.IsLinux() ? null : "it reads /proc, which Linux has.");

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var faces = await KioskFaces.ReadAsync(2 * s_kiosks[^1], cancellationToken);
        run.Say($"{faces.Count} faces");
        await using var site = await KioskSite.StartAsync(faces, cancellationToken);
        var (wall, span, rows) = (KioskFaces.Wall(), run.Pick(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(4)), new List<IReadOnlyList<string>>());
        var goals = new List<Goal>();
        foreach (var count in s_kiosks)
        {
            var kiosks = new List<BenchKiosk>();
            try
            {
                foreach (var code in await site.AddKiosksAsync(count, cancellationToken))
                {
                    kiosks.Add(await BenchKiosk.StartAsync(site.Web, code, cancellationToken));
                }

                await SeeAsync(busy: count, span / 4); // what is compiled and opened once
                foreach (var busy in new[] { 0, 1, count }.Distinct())
                {
                    rows.Add(RowOf(string.Create(CultureInfo.InvariantCulture, $"{count}, people at {busy}"), count, await SeeAsync(busy, span)));
                }
            }
            finally
            {
                foreach (var kiosk in kiosks)
                {
                    await kiosk.DisposeAsync();
                }
            }

            async Task<(IReadOnlyList<KioskTimes> Times, double Cpu)> SeeAsync(int busy, TimeSpan during)
            {
                run.Say($"{count} kiosks, people at {busy}");
                var (processes, begun) = (site.Processes, Stopwatch.GetTimestamp());
                var before = ProcessUsage.Cpu(processes);
                var times = await Task.WhenAll(kiosks.Select((kiosk, i) => Task.Run(
                    () => kiosk.SeeAsync(i < busy ? [site.Guests[2 * i % site.Guests.Count], site.Guests[((2 * i) + 1) % site.Guests.Count]] : [], wall, during, cancellationToken), cancellationToken)));
                return (times, (ProcessUsage.Cpu(processes) - before) / Stopwatch.GetElapsedTime(begun));
            }
        }

        return
        [
            new(
                "Kiosks",
                [
                    "kiosks", "frames/s per kiosk", "frame p50 ms", "frame p95 ms", "oldest ms", "decisions", "decision p50 ms", "decision p95 ms", "decision p99 ms", "from the first frame p50 ms",
                    "CPU of a kiosk, % of a core", "missed goals",
                ],
                rows)
            {
                Goals = goals,
            },
        ];

        IReadOnlyList<string> RowOf(string what, int kiosks, (IReadOnlyList<KioskTimes> Times, double Cpu) seen)
        {
            var (frames, decisions, arrivals) = (All(times => times.Frames), All(times => times.Decisions), All(times => times.Arrivals));
            var cpu = 100 * seen.Cpu / kiosks;
            goals.AddRange(
            [
                .. decisions.Count == 0 ? [] : (Goal[])[Goal.AtMost($"kiosks {what}: frame to decision, p95", decisions.Percentile(95), s_goal)],
                Goal.AtMost($"kiosks {what}: oldest frame that is judged", frames.Percentile(100), s_oldest),
                Goal.AtMost($"kiosks {what}: CPU of a kiosk", cpu, CpuGoal, "% of a core"),
            ]);
            string[] missed =
            [
                .. decisions.Count > 0 && decisions.Percentile(95) > s_goal ? ["decision"] : (string[])[], .. frames.Percentile(100) > s_oldest ? ["oldest"] : (string[])[], .. cpu > CpuGoal ? ["CPU"] : (string[])[],
            ];
            return
            [
                what, Samples.Figure(frames.Count / span.TotalSeconds / kiosks), Samples.Milliseconds(frames.Median), Samples.Milliseconds(frames.Percentile(95)), Samples.Milliseconds(frames.Percentile(100)),
                decisions.Count.ToString(CultureInfo.InvariantCulture), Of(decisions, 50), Of(decisions, 95), Of(decisions, 99), Of(arrivals, 50), Samples.Figure(cpu), string.Join(", ", missed),
            ];

            Samples All(Func<KioskTimes, Samples> part) => new(seen.Times.SelectMany(times => part(times).Values));
        }
    }

    private static string Of(Samples samples, double percent) => samples.Count == 0 ? "" : Samples.Milliseconds(samples.Percentile(percent));
}

using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Start;

/// <summary>Measures how soon the system is up and down, and what it uses while nobody uses it.</summary>
internal sealed class StartBenchmarks : IBenchmarkGroup
{
    public string Name => "start";

    public string Title => "Start and rest";

    public string About => $"""
        camera-api: from the start of its process until `GET /health` answers 200, with its store already up. AppHost: from the start of its process until it says that everything is up,
        which is the store, camera-api, and Web with its database, all empty; then from SIGINT until its process has ended, and until nothing that it started runs. In turns with it, in the
        same way and of the same version, Aspire's starter application with Redis: the session store's program as cache, and two ASP.NET services that do nothing, one of which waits for
        the cache and the other service. Both have their dashboard. At rest: {Rest.Settled.TotalSeconds} s after the start, with nobody calling and no dashboard; CPU as a share of one core, for a minute.
        PSS divides memory that several processes share among them, of which the benchmark, which runs in .NET too, is one.
        """;

    public string? Missing() => RedisServer.Missing() ?? (OperatingSystem.IsLinux() ? null : "it reads /proc, which Linux has.");

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken) =>
    [
        await StartTimes.MeasureAsync(run, cancellationToken),
        await Rest.OfCameraApiAsync(run, cancellationToken),
        await Rest.OfWorkerAsync(run, cancellationToken),
        await Rest.OfSystemAsync(run, cancellationToken),
    ];
}

using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Start;

/// <summary>Measures settings of the runtime, one by one: what each changes in camera-api's memory at rest and its start.</summary>
internal sealed class RestSettingsBenchmarks : IBenchmarkGroup
{
    /// <summary>Numbers are hexadecimal, as the runtime reads them.</summary>
    private static readonly Setting[] s_settings =
    [
        new("as it is"),
        new("workstation GC", ("DOTNET_gcServer", "0")),
        new("no concurrent GC", ("DOTNET_gcConcurrent", "0")),
        new("workstation GC, not concurrent", ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0")),
        new("conserve memory, 5 of 9", ("DOTNET_GCConserveMemory", "5")),
        new("heap of 64 MiB at most", ("DOTNET_GCHeapHardLimit", "4000000")),
        new("first generation of 4 MiB", ("DOTNET_GCgen0size", "400000")),
        new("no profile (PGO)", ("DOTNET_TieredPGO", "0")),
        new("no tiers", ("DOTNET_TieredCompilation", "0")),
        new("code pages writable", ("DOTNET_EnableWriteXorExecute", "0")),
        new("two arenas of the C library", ("MALLOC_ARENA_MAX", "2")),
        new("workstation GC, not concurrent, no profile, two arenas", ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_TieredPGO", "0"), ("MALLOC_ARENA_MAX", "2")),
    ];

    public string Name => "rest-settings";

    public string Title => "Settings of camera-api at rest";

    public string About => $"""
        camera-api with {IdleCameraApi.Cameras} free cameras and nobody calling, once with each setting of the runtime, in turns: from the start of its process until `GET /health` answers 200, and the
        memory of its own process a while after. The medians of all turns. Anonymous memory is what no file backs: heaps and stacks, and compiled code where its
        pages are writable. Settings change that; PSS also falls when other .NET processes run on the machine.
        """;

    public bool OnlyByName => true; // it serves a decision, which is made once

    public string? Missing() => RedisServer.Missing() ?? (OperatingSystem.IsLinux() ? null : "it reads /proc, which Linux has.");

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var (turns, settled) = (run.Pick(3, 1), run.Pick(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2)));
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var setting in turn % 2 == 0 ? s_settings : [.. s_settings.Reverse()])
            {
                run.Say($"turn {turn + 1} of {turns}: {setting.What}");
                await using var redis = await RedisServer.StartAsync(cancellationToken); // in the last one's, the former node would still have the name
                await using var api = await IdleCameraApi.StartAsync(redis, cancellationToken, setting.Variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
                await Task.Delay(settled, cancellationToken);
                setting.Found.Add(new(api.StartedIn, ProcessUsage.Memory(api.Pid), ProcessUsage.Anonymous(api.Pid)));
            }
        }

        return
        [
            new ReportTable(
                $"{settled.TotalSeconds} s after the start",
                ["setting", "turns", "start p50 ms", "RSS MiB", "PSS MiB", "anonymous MiB"],
                [.. s_settings.Select(setting => (string[])
                [
                    setting.Name, $"{setting.Found.Count}", Samples.Milliseconds(new Samples(setting.Found.Select(one => one.Started)).Median),
                    Samples.Figure(setting.Median(one => one.Memory.Rss)), Samples.Figure(setting.Median(one => one.Memory.Pss)), Samples.Figure(setting.Median(one => one.Anonymous)),
                ])]),
        ];
    }

    private sealed record Setting(string What, params (string Name, string Value)[] Variables)
    {
        public List<Figures> Found { get; } = [];

        public string Name => Variables.Length == 0 ? What : $"{What} (`{string.Join(' ', Variables.Select(variable => $"{variable.Name}={variable.Value}"))}`)";

        public double Median(Func<Figures, double> of) => Found.Select(of).Order().ElementAt((Found.Count - 1) / 2);
    }

    private sealed record Figures(TimeSpan Started, (double Rss, double Pss) Memory, double Anonymous);
}

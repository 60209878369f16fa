using Attendance.Benchmarks.CheckIn;
using Attendance.Benchmarks.FirstFrame;
using Attendance.Benchmarks.Growth;
using Attendance.Benchmarks.Http;
using Attendance.Benchmarks.Pages;
using Attendance.Benchmarks.Scale;
using Attendance.Benchmarks.School;
using Attendance.Benchmarks.Search;
using Attendance.Benchmarks.Start;
using Attendance.Benchmarks.Store;
using Attendance.Benchmarks.Streaming;

namespace Attendance.Benchmarks;

/// <summary>All groups, in the order in which they run and are shown.</summary>
internal static class BenchmarkGroups
{
    public static IReadOnlyList<IBenchmarkGroup> All { get; } =
    [
        new StoreBenchmarks(),
        new HttpBenchmarks(),
        new FirstFrameBenchmarks(),
        new StreamingBenchmarks(),
        new GrowthBenchmarks(),
        new StartBenchmarks(),
        new RestSettingsBenchmarks(),
        new ScaleBenchmarks(),
        new SchoolBenchmarks(),
        new PagesBenchmarks(),
        new SearchBenchmarks(),
        new CheckInBenchmarks(),
    ];
}

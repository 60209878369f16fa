using Attendance.Benchmarks.FirstFrame;
using Attendance.Benchmarks.Http;
using Attendance.Benchmarks.Scale;
using Attendance.Benchmarks.Start;
using Attendance.Benchmarks.Streaming;

namespace Attendance.Benchmarks;

/// <summary>All there are, in the order in which they run and are shown.</summary>
internal static class BenchmarkGroups
{
    public static IReadOnlyList<IBenchmarkGroup> All { get; } = [new HttpBenchmarks(), new FirstFrameBenchmarks(), new StreamingBenchmarks(), new StartBenchmarks(), new ScaleBenchmarks()];
}

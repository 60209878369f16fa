namespace Attendance.Benchmarks;

/// <summary>All there are, in the order in which they run and are shown.</summary>
internal static class BenchmarkGroups
{
    public static IReadOnlyList<IBenchmarkGroup> All { get; } = [];
}

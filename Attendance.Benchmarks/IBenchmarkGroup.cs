using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks;

/// <summary>Measurements that belong together. What competes is measured in turns in the same run, in alternating order, so
/// that a machine that is slower for a while is slower for all.</summary>
internal interface IBenchmarkGroup
{
    /// <summary>The name for <c>--only</c>.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>What is measured and how, in Markdown.</summary>
    string About { get; }

    /// <summary>The page that has the group's section.</summary>
    string Page => PerformancePage.Path;

    /// <summary>Whether the group runs only when it is named, because it takes long or needs the whole machine.</summary>
    bool OnlyByName => false;

    /// <summary>Says why the group cannot be measured on this machine; null if it can.</summary>
    string? Missing();

    Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken);
}

/// <param name="Quick">Shorter, with figures that are not for comparison.</param>
/// <param name="Say">Tells whoever watches what is being done.</param>
internal sealed record BenchmarkRun(bool Quick, Action<string> Say)
{
    public T Pick<T>(T full, T quick) => Quick ? quick : full;
}

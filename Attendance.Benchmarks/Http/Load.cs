using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Http;

/// <summary>Callers that each repeat a cycle of two calls. It is measured in several spans, which are added up.</summary>
internal abstract class Load(CameraApiServer api, int callers, bool attended)
{
    private TimeSpan _time;

    /// <summary>Whether other sessions hold presence sockets meanwhile.</summary>
    public bool Attended => attended;

    public Samples Cycles { get; } = new();

    public Samples First { get; } = new();

    public Samples Second { get; } = new();

    public double CyclesPerSecond => Cycles.Count / _time.TotalSeconds;

    protected CameraApiServer Api => api;

    protected int Callers => callers;

    public async Task RunAsync(TimeSpan span, bool measure, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var found = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller, began, span, cancellationToken), cancellationToken)));
        if (!measure)
        {
            return;
        }

        _time += Stopwatch.GetElapsedTime(began);
        foreach (var (first, second) in found.SelectMany(cycles => cycles))
        {
            First.Add(first);
            Second.Add(second);
            Cycles.Add(first + second);
        }
    }

    /// <returns>How long each of the two calls took.</returns>
    protected abstract Task<(TimeSpan First, TimeSpan Second)> CycleAsync(int caller, CancellationToken cancellationToken);

    private async Task<List<(TimeSpan First, TimeSpan Second)>> CallAsync(int caller, long began, TimeSpan span, CancellationToken cancellationToken)
    {
        var cycles = new List<(TimeSpan, TimeSpan)>();
        do
        {
            cycles.Add(await CycleAsync(caller, cancellationToken));
        }
        while (Stopwatch.GetElapsedTime(began) < span);
        return cycles;
    }
}

/// <summary>Two calls that do nothing.</summary>
internal sealed class AliveLoad(CameraApiServer api, int callers, bool attended) : Load(api, callers, attended)
{
    public override string ToString() => $"floor: alive, {Callers}";

    protected override async Task<(TimeSpan First, TimeSpan Second)> CycleAsync(int caller, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await AskAsync(cancellationToken);
        var between = Stopwatch.GetTimestamp();
        await AskAsync(cancellationToken);
        return (Stopwatch.GetElapsedTime(began, between), Stopwatch.GetElapsedTime(between));
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        using var response = await Api.Http.GetAsync("/alive", cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

/// <summary>Each caller has a session of its own, with a browser's camera of its own.</summary>
internal sealed class LeaseLoad(CameraApiServer api, int callers, bool attended) : Load(api, callers, attended)
{
    public override string ToString() => $"acquire, release, {Callers}";

    protected override async Task<(TimeSpan First, TimeSpan Second)> CycleAsync(int caller, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var camera = await Api.AcquireAsync(AttendedSessions.Camera($"caller-{caller}"), $"bench-caller-{caller}", cancellationToken);
        var between = Stopwatch.GetTimestamp();
        await Api.ReleaseAsync(camera, cancellationToken);
        return (Stopwatch.GetElapsedTime(began, between), Stopwatch.GetElapsedTime(between));
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Scale;

/// <summary>Does everything that nodes do, each thing at its own rate, for a while; late rather than not at all.</summary>
internal sealed class Workload(IReadOnlyList<SimulatedNode> nodes, double heldShare)
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<TimeSpan>> _latencies = new(StringComparer.Ordinal);
    private int _late;

    /// <summary>The number of ticks that began more than a second late, because the client could not keep up.</summary>
    public int Late => _late;

    public IReadOnlyDictionary<string, Samples> Latencies =>
        _latencies.ToDictionary(entry => entry.Key, entry => new Samples(entry.Value));

    public static int HeldOf(SimulatedNode node, double share) => (int)(node.Cameras.Count * share);

    /// <summary>Acquires the cameras that are held throughout, one after the other, so that no burst is measured.</summary>
    public Task FillAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        nodes,
        new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken },
        async (node, _) =>
        {
            foreach (var camera in node.Cameras.Take(HeldOf(node, heldShare)))
            {
                await node.AcquireAsync(camera);
            }
        });

    /// <summary>Runs each node independently. Their first turns are spread over the first five seconds.</summary>
    /// <param name="cyclesPerSecond">Acquisitions, each with its release, of one node.</param>
    public async Task RunAsync(TimeSpan span, double cyclesPerSecond, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(span);
        await Task.WhenAll(nodes.Select((node, number) => LiveAsync(node, TimeSpan.FromSeconds(5.0 * number / nodes.Count), cyclesPerSecond, ends.Token)));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task LiveAsync(SimulatedNode node, TimeSpan first, double cyclesPerSecond, CancellationToken ends)
    {
        var held = HeldOf(node, heldShare);
        var started = Stopwatch.GetTimestamp();
        double renewals = 0, cycles = 0;
        var (renewed, cycled) = (0, 0);
        try
        {
            for (var second = 0; ; second++)
            {
                var due = first + TimeSpan.FromSeconds(second) - Stopwatch.GetElapsedTime(started);
                if (due > TimeSpan.Zero)
                {
                    await Task.Delay(due, ends);
                }
                else if (due < TimeSpan.FromSeconds(-1))
                {
                    Interlocked.Increment(ref _late);
                }

                ends.ThrowIfCancellationRequested();
                await MeasureAsync("overdue", node.FindOverdueAsync);
                if (second % 2 == 0)
                {
                    await MeasureAsync("beat", node.BeatAsync);
                }

                if (second % Math.Max(2, nodes.Count / 20) == 0)
                {
                    await MeasureAsync("nodes", node.ListNodesAsync);
                }

                if (second % 3 == 0)
                {
                    await MeasureAsync("held", node.CompareAsync);
                }

                for (renewals += held * 3 / SimulatedNode.Ttl.TotalSeconds; renewals >= 1; renewals--)
                {
                    var camera = node.Cameras[renewed++ % held];
                    await MeasureAsync("renew", () => node.RenewAsync(camera));
                }

                for (cycles += cyclesPerSecond; cycles >= 1; cycles--)
                {
                    var camera = node.Cameras[held + (cycled++ % (node.Cameras.Count - held))];
                    await MeasureAsync("acquire", () => node.AcquireAsync(camera));
                    await MeasureAsync("session", () => node.FindSessionAsync(camera));
                    await MeasureAsync("read", () => node.ReadAsync(camera));
                    await MeasureAsync("release", () => node.ReleaseAsync(camera));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the time is up
        }
    }

    private async Task MeasureAsync(string operation, Func<Task> ask)
    {
        var started = Stopwatch.GetTimestamp();
        await ask();
        _latencies.GetOrAdd(operation, static _ => []).Add(Stopwatch.GetElapsedTime(started));
    }
}

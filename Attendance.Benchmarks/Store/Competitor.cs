using System.Diagnostics;
using Attendance.Benchmarks.Reports;

namespace Attendance.Benchmarks.Store;

/// <summary>One way to acquire something and release it again, used by many callers at once, and measured in turns with other ways.</summary>
internal abstract class Competitor(string name)
{
    private readonly List<double> _rates = [];
    private readonly List<long[]> _shares = [];
    private long _cycles;
    private TimeSpan _server;
    private TimeSpan _client;

    public string Name => name;

    /// <summary>The duration of one cycle.</summary>
    public Samples Cycles { get; } = new();

    /// <summary>The server's CPU time for one cycle.</summary>
    public TimeSpan ServerPerCycle => _server / _cycles;

    /// <summary>This process's CPU time for one cycle.</summary>
    public TimeSpan ClientPerCycle => _client / _cycles;

    /// <summary>The rate: the median of the turns.</summary>
    public double CyclesPerSecond => _rates.Order().ElementAt(_rates.Count / 2);

    /// <summary>The cycles of a caller over all turns: fewest, median, most.</summary>
    public (long Min, long Median, long Max) CyclesPerCaller
    {
        get
        {
            var callers = Enumerable.Range(0, _shares[0].Length).Select(caller => _shares.Sum(turn => turn[caller])).Order().ToList();
            return (callers[0], callers[callers.Count / 2], callers[^1]);
        }
    }

    /// <param name="serverCpu">How much processor time the server has used so far.</param>
    public async Task TakeTurnAsync(int callers, TimeSpan span, bool measure, Func<Task<TimeSpan>> serverCpu, CancellationToken cancellationToken)
    {
        var (server, client) = (await serverCpu(), Environment.CpuUsage.TotalTime);
        var started = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller), cancellationToken)));
        var took = Stopwatch.GetElapsedTime(started);
        if (measure)
        {
            (_server, _client) = (_server + await serverCpu() - server, _client + Environment.CpuUsage.TotalTime - client);
            _cycles += times.Sum(own => own.Count);
            _rates.Add(times.Sum(own => own.Count) / took.TotalSeconds);
            _shares.Add([.. times.Select(own => (long)own.Count)]);
            foreach (var time in times.SelectMany(own => own))
            {
                Cycles.Add(time);
            }
        }

        async Task<List<TimeSpan>> CallAsync(int caller)
        {
            var own = new List<TimeSpan>();
            while (Stopwatch.GetElapsedTime(started) < span)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var began = Stopwatch.GetTimestamp();
                if (await CycleAsync(caller, span - Stopwatch.GetElapsedTime(started)))
                {
                    own.Add(Stopwatch.GetElapsedTime(began));
                }
            }

            return own;
        }
    }

    /// <param name="patience">Until the turn is over: who has not got it by then, got nothing.</param>
    /// <returns>False where it was not got.</returns>
    protected abstract Task<bool> CycleAsync(int caller, TimeSpan patience);
}

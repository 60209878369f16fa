using System.Diagnostics;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Arrivals;

/// <summary>One person's arrival.</summary>
/// <param name="Took">The time from the person's first frame, or from the code, until the kiosk welcomed them.</param>
/// <param name="MetRestart">Whether they stood there while Web was away.</param>
internal sealed record Arrived(Arrival Who, TimeSpan Took, bool MetRestart);

/// <summary>
/// People arrive at two kiosks, at random times within a given time. Those for whom the kiosk is busy wait in line, and step up a second after
/// the one before was welcomed.
/// </summary>
internal sealed class ArrivalRun
{
    private const int Kiosks = 2, Seed = 20261130;
    private static readonly TimeSpan s_stepsAside = TimeSpan.FromSeconds(1), s_patience = TimeSpan.FromMinutes(2);

    private readonly List<(Arrival Who, long From, long Until)> _times = [];
    private readonly List<Arrived> _arrived = [];
    private (long From, long Until) _away;

    public IReadOnlyList<Arrived> Everybody => _arrived;

    /// <summary>The arrivals that are held to the time limit.</summary>
    public IReadOnlyList<TimeSpan> Undisturbed => [.. _arrived.Where(each => !each.MetRestart).Select(each => each.Took).Order()];

    public IReadOnlyList<TimeSpan> Disturbed => [.. _arrived.Where(each => each.MetRestart).Select(each => each.Took).Order()];

    /// <summary>The time from the end of Web until it was healthy again.</summary>
    public TimeSpan Away => Stopwatch.GetElapsedTime(_away.From, _away.Until);

    public int Count(ArrivalWay way) => _arrived.Count(each => each.Who.Way == way);

    /// <summary>Lets everybody arrive, and asserts that each is recorded once, in the session, by the method that they used.</summary>
    public static async Task<ArrivalRun> RunAsync(AttendanceSystem system, ArrivalSite site, TimeSpan within, bool killWeb, CancellationToken cancellationToken)
    {
        var run = new ArrivalRun();
        var random = new Random(Seed);
        var queue = site.People.Select(arrival => (Arrival: arrival, At: within * random.NextDouble())).OrderBy(each => each.At).ToList();
        var kiosks = new List<SimulatedKiosk>();
        try
        {
            for (var i = 0; i < Kiosks; i++)
            {
                kiosks.Add(await SimulatedKiosk.StartAsync(system.Web, await site.KioskAsync($"Kiosk {i + 1}"), cancellationToken));
            }

            var started = Stopwatch.GetTimestamp();
            var lines = kiosks.Select((kiosk, i) => Task.Run(() => run.LineAsync(kiosk, queue.Where((_, place) => place % Kiosks == i), started, cancellationToken), cancellationToken)).ToList();
            if (killWeb)
            {
                await Task.Delay(within / 2, cancellationToken);
                await run.RestartWebAsync(system, cancellationToken);
            }

            await Task.WhenAll(lines);
        }
        finally
        {
            foreach (var kiosk in kiosks)
            {
                await kiosk.DisposeAsync();
            }
        }

        run.MarkDisturbed();
        Assert.All(kiosks, kiosk => Assert.Empty(kiosk.Mistaken));
        var recorded = (await site.RecordedAsync()).Select(each => (each.PersonId, each.Method, Sessions: each.Sessions.Count)).Order().ToList();
        Assert.Equal(site.People.Select(person => (person.PersonId, person.Method, Sessions: 1)).Order(), recorded); // nobody is recorded twice, missed, or taken for somebody else
        return run;
    }

    private async Task LineAsync(SimulatedKiosk kiosk, IEnumerable<(Arrival Arrival, TimeSpan At)> line, long started, CancellationToken cancellationToken)
    {
        foreach (var (arrival, at) in line)
        {
            if (at - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, cancellationToken);
            }

            var (from, until) = arrival.Way == ArrivalWay.Code
                ? await kiosk.EnterAsync(arrival.FirstName, arrival.FirstName, arrival.Code, s_patience, cancellationToken)
                : await kiosk.ComeAsync(arrival.FirstName, arrival.Frames(), s_patience, cancellationToken);
            lock (_times)
            {
                _times.Add((arrival, from, until));
            }

            await Task.Delay(s_stepsAside, cancellationToken);
            kiosk.Leave();
        }
    }

    private async Task RestartWebAsync(AttendanceSystem system, CancellationToken cancellationToken)
    {
        var web = await system.ProcessAsync("web", cancellationToken);
        var from = Stopwatch.GetTimestamp();
        Processes.Signal(web, "KILL");
        await system.ExitCodeAsync("web", cancellationToken);
        Assert.True(await system.CommandAsync("web", "start", cancellationToken));
        await system.HealthyAsync("web", cancellationToken);
        _away = (from, Stopwatch.GetTimestamp());
    }

    private void MarkDisturbed() => _arrived.AddRange(_times.Select(each => new Arrived(
        each.Who, Stopwatch.GetElapsedTime(each.From, each.Until), each.From < _away.Until && each.Until > _away.From)));
}

using System.Diagnostics;
using System.Globalization;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using Attendance.Benchmarks.Store;
using Attendance.CameraApi;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Views;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Growth;

/// <summary>Measures what many held leases cost: their memory, and the time of operations while they are held.</summary>
internal sealed class GrowthBenchmarks : IBenchmarkGroup
{
    private const int Due = 100;
    private const int PageLength = 100;

    /// <summary>Less than this between a hundred leases and a hundred thousand is noise.</summary>
    private const double Factor = 1.5;

    private static readonly int[] s_held = [100, 10_000, 100_000];

    public string Name => "growth";

    public string Title => "Growth with the leases that are held";

    public string About => """
        A node of the API in this process, and a redis-server. The given number of leases of browsers' cameras, which have no device, are held. Meanwhile the store is asked what
        is overdue (nothing is), 100 overdue leases are found and ended one by one, one more lease is acquired and released, and a page of the status is read, of 100 cameras from the
        middle of the list. The goal is that nothing depends on how many are held.
        Memory is what is in use after a full collection, less what was in use before, for each lease: in the API for lease, slot and capture, in Redis for the entry and its place in the index.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var found = new List<(TimeSpan[] Medians, IReadOnlyList<string> Row)>();
        await MeasureAsync(s_held[0], run, cancellationToken); // what is compiled and allocated once is nobody's growth
        foreach (var held in run.Pick(s_held, s_held[..2]))
        {
            run.Say($"{held:N0} leases");
            found.Add(await MeasureAsync(held, run, cancellationToken));
        }

        var growth = found[^1].Medians.Zip(found[0].Medians, (most, fewest) => most / fewest).Max();

        return
        [
            new ReportTable(
                "While so many leases are held",
                ["leases", "nothing overdue p50 ms", $"{Due} overdue found and ended, p50 ms", "acquire and release p50 ms", "page of the status p50 ms", "API, bytes a lease", "Redis, bytes a lease"],
                [.. found.Select(one => one.Row)])
            {
                Goals = [Goal.AtMost("largest growth of an operation's p50, from the fewest leases held to the most", growth, Factor, "×")],
            },
        ];
    }

    private static async Task<(TimeSpan[] Medians, IReadOnlyList<string> Row)> MeasureAsync(int held, BenchmarkRun run, CancellationToken cancellationToken)
    {
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var node = new BenchNode(redis);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await HoldAsync(node, held, 1, cancellationToken); // scripts, connections, buffers
        var (heap, stored) = (GC.GetTotalMemory(forceFullCollection: true), await UsedAsync(connection));
        await HoldAsync(node, 0, held, cancellationToken);
        var (heapThen, storedThen) = (GC.GetTotalMemory(forceFullCollection: true), await UsedAsync(connection));

        var (none, due, one, page) = (new Samples(), new Samples(), new Samples(), new Samples());
        var store = node.Store.ForScope(BrowserCamera.Any); // where those leases are
        var middle = new PageRequest(PageLength, After: (CameraId(held / 2), "bench"));
        for (var i = 0; i < run.Pick(200, 20); i++)
        {
            none.Add(await TimeAsync(() => store.FindOverdueAsync(Due)));
            one.Add(await TimeAsync(() => CycleAsync(store)));
            page.Add(await TimeAsync(() => Task.FromResult(node.Views.Page(middle))));
        }

        for (var i = 0; i < run.Pick(20, 3); i++)
        {
            await Task.WhenAll(Enumerable.Range(0, Due).Select(camera => store.AcquireAsync(
                $"due-{camera}", Identifiers.NewLeaseId(), BenchNode.Session(camera), TimeSpan.FromMilliseconds(1))));
            await Task.Delay(5, cancellationToken);
            due.Add(await TimeAsync(() => EndOverdueAsync(store)));
        }

        TimeSpan[] medians = [none.Median, due.Median, one.Median, page.Median];
        return (medians,
        [
            held.ToString("N0", CultureInfo.InvariantCulture), .. medians.Select(Samples.Milliseconds), Samples.Figure((heapThen - heap) / (double)held), Samples.Figure((storedThen - stored) / (double)held),
        ]);
    }

    private static Task HoldAsync(BenchNode node, int from, int count, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(from, count),
        new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
        async (number, _) =>
        {
            using var visit = node.Slots.VisitBrowserCamera(CameraId(number), isLimited: false)!;
            var outcome = await node.Leases.AcquireAsync(visit.Slot, new AcquireOptions(BenchNode.Session(number)), cancellationToken);
            if (outcome is not AcquireOutcome.Granted)
            {
                throw new InvalidOperationException($"A camera that is free was not granted: {outcome.Name}.");
            }
        });

    private static string CameraId(int number) => $"browser-{number:x32}-{number:x16}";

    private static async Task CycleAsync(LeaseStore store)
    {
        var grant = (StoreGrant.Granted)await store.AcquireAsync("one", Identifiers.NewLeaseId(), BenchNode.Session(0), TimeSpan.FromSeconds(30));
        await store.ReleaseAsync(
            new StoredLease("one", grant.LeaseId, BenchNode.Session(0), grant.FencingToken, grant.AcquiredAt, WasGranted: true),
            new LeaseEnd(ReleaseReason.Client));
    }

    private static async Task EndOverdueAsync(LeaseStore store)
    {
        var overdue = await store.FindOverdueAsync(Due);
        if (overdue.Count != Due)
        {
            throw new InvalidOperationException($"{overdue.Count} leases are overdue instead of {Due}.");
        }

        foreach (var camera in overdue)
        {
            await store.SettleAsync(camera, new LeaseEnd(ReleaseReason.Expired));
        }
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> act)
    {
        var started = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<long> UsedAsync(ConnectionMultiplexer connection)
    {
        var memory = await connection.GetServers().Single().InfoAsync("memory");
        return long.Parse(memory.SelectMany(section => section).First(entry => entry.Key == "used_memory").Value, CultureInfo.InvariantCulture);
    }
}

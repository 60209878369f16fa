using System.Diagnostics;
using Attendance.Benchmarks.Processes;
using Attendance.Benchmarks.Reports;
using StackExchange.Redis;

namespace Attendance.Benchmarks.Scale;

/// <summary>Measures a thousand nodes with a hundred thousand cameras against one redis-server: the cost of each operation, and the share of the server that all take.</summary>
internal sealed class ScaleBenchmarks : IBenchmarkGroup
{
    private const int CamerasPerNode = 100;
    private const int Connections = 8;
    private const int Alone = 2000;
    private const double HeldShare = 0.2;
    private const double CyclesPerSecond = 0.2;

    public string Name => "scale";

    public string Page => "docs/scale.md";

    public bool OnlyByName => true;

    public string Title => "One Redis, 1,000 nodes, 100,000 cameras";

    public string About => $"""
        {CamerasPerNode} cameras on each node, each node with its own scope. {HeldShare:P0} of the cameras are held throughout, and renewed at a third of their TTL of {SimulatedNode.Ttl.TotalSeconds} s.
        In addition, each node acquires, reads and releases a lease every {1 / CyclesPerSecond:0} s. Each node searches for overdue leases every second, and compares all it holds
        with the store every 3 s. All run the code of a real node, in one process that shares {Connections} connections, on the same machine and cores as the server.
        Each node reports itself every 2 s and reads the list of all nodes, less often the more there are; with each acquisition it announces the session to the other nodes. "Server, alone" is the time that the server needs for one operation, with the data of all nodes in it but nobody else asking.
        """;

    public string? Missing() => RedisServer.Missing();

    public async Task<IReadOnlyList<ReportTable>> RunAsync(BenchmarkRun run, CancellationToken cancellationToken)
    {
        var count = run.Pick(1000, 50);
        await using var server = await RedisServer.StartAsync(cancellationToken);
        var connections = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => ConnectionMultiplexer.ConnectAsync(server.ConnectionString)));
        var nodes = Enumerable.Range(0, count).Select(number => new SimulatedNode(number, CamerasPerNode, connections[number % Connections])).ToList();
        try
        {
            var redis = connections[0].GetServers()[0];
            var empty = await ServerCounters.ReadAsync(redis);
            var workload = new Workload(nodes, HeldShare);
            run.Say($"{count:N0} nodes acquire {count * CamerasPerNode * HeldShare:N0} leases");
            await workload.FillAsync(cancellationToken);
            var full = await ServerCounters.ReadAsync(redis);

            var span = run.Pick(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
            run.Say($"they work for {span.TotalSeconds} s");
            var started = Stopwatch.GetTimestamp();
            await workload.RunAsync(span, CyclesPerSecond, cancellationToken);
            var worked = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var after = await ServerCounters.ReadAsync(redis);

            run.Say("each operation by itself");
            var alone = await MeasureAloneAsync(redis, nodes, cancellationToken);
            return [Operations(workload, worked, alone), Server(count, worked, empty, full, after, workload)];
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
            await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Measures each script alone, because the server counts its time by command, and all scripts are the same command.</summary>
    private static async Task<Dictionary<string, double>> MeasureAloneAsync(IServer redis, List<SimulatedNode> nodes, CancellationToken cancellationToken)
    {
        var times = new Dictionary<string, double>();
        await MeasureAsync("overdue", node => node.FindOverdueAsync());
        await MeasureAsync("held", node => node.CompareAsync());
        await MeasureAsync("renew", node => node.RenewAsync(node.Cameras[0]));
        await MeasureAsync("release", node => node.ReleaseAsync(node.Cameras[0]), perNode: true);
        await MeasureAsync("acquire", node => node.AcquireAsync(node.Cameras[0]), perNode: true);
        await MeasureAsync("read", node => node.ReadAsync(node.Cameras[0]));
        await MeasureAsync("beat", node => node.BeatAsync());
        await MeasureAsync("nodes", node => node.ListNodesAsync(), perNode: true);
        await MeasureAsync("session", node => node.FindSessionAsync(node.Cameras[0]));
        return times;

        async Task MeasureAsync(string operation, Func<SimulatedNode, Task> ask, bool perNode = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var calls = perNode ? nodes.Count : Alone;
            var command = operation switch { "held" => "zrange", "nodes" => "hgetall", "session" => "smembers", _ => "evalsha" };
            var before = (await ServerCounters.ReadAsync(redis)).PerCommand.GetValueOrDefault(command);
            for (var i = 0; i < calls; i++)
            {
                await ask(nodes[i % nodes.Count]);
            }

            var after = (await ServerCounters.ReadAsync(redis)).PerCommand[command];
            times[operation] = (after.Microseconds - before.Microseconds) / (after.Calls - before.Calls);
        }
    }

    private static ReportTable Operations(Workload workload, double worked, Dictionary<string, double> alone) => new(
        "What each operation costs",
        ["operation", "per second", "server, alone µs", "share of a core %", "client p50 ms", "client p99 ms"],
        [.. workload.Latencies.OrderByDescending(entry => entry.Value.Count * alone[entry.Key]).Select(entry => (string[])
        [
            entry.Key,
            Samples.Figure(entry.Value.Count / worked),
            Samples.Figure(alone[entry.Key]),
            Samples.Figure(entry.Value.Count / worked * alone[entry.Key] / 10_000),
            Samples.Milliseconds(entry.Value.Median),
            Samples.Milliseconds(entry.Value.P99),
        ])],
        "The first one is the first to hit the ceiling. A share counts the commands themselves; reading and writing the sockets comes on top and is in the table below.");

    private static ReportTable Server(int nodes, double worked, ServerCounters empty, ServerCounters full, ServerCounters after, Workload workload)
    {
        var cpu = (after.CpuSeconds - full.CpuSeconds) / worked;
        return new(
            "What the server does under all of it",
            ["of the server", "figure"],
            [
                ["nodes", $"{nodes}"],
                ["operations/s", Samples.Figure(workload.Latencies.Values.Sum(samples => samples.Count) / worked)],
                ["share of a core %", Samples.Figure(cpu * 100)],
                ["nodes until 70 % of a core, at this mix", Samples.Figure(nodes * 0.7 / cpu)],
                ["memory of a held lease, bytes", Samples.Figure((full.UsedMemory - empty.UsedMemory) / (nodes * CamerasPerNode * HeldShare))],
                ["memory at the end, MiB", Samples.Figure(after.UsedMemory / 1048576.0)],
                ["network in, KiB/s", Samples.Figure((after.BytesIn - full.BytesIn) / worked / 1024)],
                ["network out, KiB/s", Samples.Figure((after.BytesOut - full.BytesOut) / worked / 1024)],
                ["ticks of nodes that were over a second late", $"{workload.Late}"],
            ],
            "Nodes until 70 % is this run's share scaled up in proportion: but for `nodes`, whose cost grows with their number and whose rate shrinks with it, no operation's cost grows with the number of nodes.");
    }
}

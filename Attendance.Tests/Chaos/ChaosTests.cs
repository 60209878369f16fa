using System.Net.Http.Json;
using System.Text.Json;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Programs;
using Attendance.Tests.Telemetry;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Chaos;

/// <summary>Runs clients and faults at random. The invariants are checked from outside: by HTTP, the store, and /proc.</summary>
[Trait("Suite", "Chaos")]
public sealed class ChaosTests
{
    private const int Clients = 6;
    private static readonly string[] s_cameras = ["one", "two", "three"];
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(30);

    private readonly ChaosPlan _plan = ChaosPlan.FromEnvironment();
    private readonly Witness _witness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_strikes_every_camera_comes_back()
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"Chaos: {_plan}");
        Assert.SkipWhen(!File.Exists("/usr/bin/redis-server"), "redis-server is not installed (Debian: apt-get install redis-server).");
        using var clock = StoreClock.Create();
        if (clock is null)
        {
            output.WriteLine("The store's clock is left alone: libfaketime is not installed (Debian: apt-get install faketime).");
        }

        await using var receiver = await OtlpReceiver.StartAsync(Cancel, measurementsOnly: true);
        await using var system = await AttendanceSystem.StartAsync(
            Cancel, [$"--Sessions:Server={clock?.Command ?? "redis-server"}", $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}", .. Cameras()]);

        using (var over = new CancellationTokenSource(_plan.Duration))
        {
            var clients = Enumerable.Range(1, Clients)
                .Select(number => new ChaosClient(system, _witness, s_cameras, number, _plan.For(number)).RunAsync(over.Token)).ToList();
            var faults = StrikeAsync(system, clock, _plan.For(0), over.Token);
            await Task.WhenAll(clients.Append(faults));
        }

        await CheckAtRestAsync(system);
        await CheckBooksAsync(system, receiver);
        foreach (var (what, count) in _witness.Counts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count,6}  {what}");
        }

        if (_witness.Violations.Count > 0)
        {
            Assert.Fail($"{_plan}\n{string.Join('\n', _witness.Violations)}\n\n{string.Join('\n', _witness.Story)}\n\n{await system.LogAsync("camera-api")}");
        }

        Assert.True(_witness.Counts.GetValueOrDefault("acquire granted") > 10 && _witness.Counts.GetValueOrDefault("acquire granted, shared") > 10, "Hardly anything was granted: that shows nothing.");
    }

    private static string[] Cameras() =>
    [
        .. s_cameras.SelectMany(camera => new[]
        {
            $"--Cameras:{camera}:Source=test-pattern", $"--Cameras:{camera}:Width=160", $"--Cameras:{camera}:Height=120", $"--Cameras:{camera}:FrameRate=10",
        }),
    ];

    private async Task StrikeAsync(AttendanceSystem system, StoreClock? clock, Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(random.Next(1000, 5000), cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            var which = random.Next(9);
            var seconds = random.Next(1, 8);
            var pick = random.Next();
            switch (which)
            {
                case 0 or 1:
                    await StrikeWorkerAsync(system, "KILL", pick);
                    break;
                case 2:
                    await StrikeWorkerAsync(system, "SEGV", pick);
                    break;
                case 3:
                    await FreezeWorkerAsync(system, pick, TimeSpan.FromSeconds(seconds));
                    break;
                case 4:
                    await KillAndStartAsync(system, "camera-api", TimeSpan.FromSeconds(seconds % 3));
                    break;
                case 5:
                    await KillAndStartAsync(system, "sessions", TimeSpan.FromSeconds(seconds));
                    break;
                case 6:
                    await EmptyStoreAsync(system);
                    break;
                case 7:
                    await FreezeAsync(await system.ProcessAsync("sessions", Cancel), "sessions", TimeSpan.FromSeconds(seconds % 4));
                    break;
                case 8 when clock is not null:
                    await MoveClockAsync(system, clock, TimeSpan.FromSeconds(pick % 7200), pick % 3, TimeSpan.FromSeconds(seconds));
                    break;
            }
        }
    }

    private async Task StrikeWorkerAsync(AttendanceSystem system, string signal, int pick)
    {
        if (await PickWorkerAsync(system, pick) is { } worker)
        {
            Strike($"SIG{signal} to worker {worker}");
            Processes.Signal(worker, signal);
        }
    }

    private async Task FreezeWorkerAsync(AttendanceSystem system, int pick, TimeSpan time)
    {
        if (await PickWorkerAsync(system, pick) is { } worker)
        {
            await FreezeAsync(worker, $"worker {worker}", time);
        }
    }

    private async Task FreezeAsync(int process, string name, TimeSpan time)
    {
        Strike($"SIGSTOP to {name} for {time.TotalSeconds} s");
        Processes.Signal(process, "STOP");
        await Task.Delay(time, Cancel);
        Processes.Signal(process, "CONT");
    }

    private static async Task<int?> PickWorkerAsync(AttendanceSystem system, int pick)
    {
        var workers = Processes.WorkersOf(await system.ProcessAsync("camera-api", Cancel));
        return workers.Count == 0 ? null : workers[pick % workers.Count];
    }

    private async Task KillAndStartAsync(AttendanceSystem system, string resource, TimeSpan down)
    {
        Strike($"SIGKILL to {resource}, down for {down.TotalSeconds} s");
        var process = await system.ProcessAsync(resource, Cancel);
        var workers = resource == "camera-api" ? Processes.WorkersOf(process) : [];
        Processes.Signal(process, "KILL");
        await system.ExitCodeAsync(resource, Cancel);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        foreach (var worker in workers.Where(Processes.IsAlive))
        {
            _witness.Violated($"I2: worker {worker} outlived its API by a second");
        }

        await Task.Delay(down, Cancel);
        if (!await system.CommandAsync(resource, "start", Cancel))
        {
            _witness.Violated($"{resource} did not start again");
        }

        await system.HealthyAsync(resource, Cancel);
    }

    private async Task EmptyStoreAsync(AttendanceSystem system)
    {
        Strike("FLUSHALL");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(Cancel) + ",allowAdmin=true");
        await redis.GetServers().Single().FlushAllDatabasesAsync();
    }

    /// <summary>
    /// Back by as much, and later forth again: a jump either way. Meanwhile the node may be killed or the store emptied, not
    /// both: a token that neither knows any more, and that is ahead of the clock, nobody could grow from.
    /// </summary>
    private async Task MoveClockAsync(AttendanceSystem system, StoreClock clock, TimeSpan behind, int meanwhile, TimeSpan time)
    {
        Strike($"clock of the store {behind.TotalSeconds} s behind for {time.TotalSeconds} s");
        clock.Set(-behind);
        await Task.Delay(time / 2, Cancel);
        if (meanwhile == 1)
        {
            await KillAndStartAsync(system, "camera-api", TimeSpan.Zero);
        }
        else if (meanwhile == 2)
        {
            await EmptyStoreAsync(system);
        }

        await Task.Delay(time / 2, Cancel);
        clock.Set(TimeSpan.Zero);
        Strike("clock of the store right again");
    }

    private void Strike(string what)
    {
        _witness.Tell(what);
        _witness.Count("fault " + what.Split(' ')[0] + (what.Contains("worker", StringComparison.Ordinal) ? " worker" : what.Contains("camera-api", StringComparison.Ordinal) ? " camera-api" : " store"));
    }

    /// <summary>Waits until every camera is free after the last renewal, within a bound, and checks ledger and metrics.</summary>
    private async Task CheckAtRestAsync(AttendanceSystem system)
    {
        await Eventually.TrueAsync(
            async () => await IsAtRestAsync(system),
            s_settling,
            $"everything is free again after chaos with {_plan}\n{string.Join('\n', _witness.Story)}");

        var ends = new Dictionary<string, int>();
        foreach (var camera in s_cameras)
        {
            var history = await system.Api.GetFromJsonAsync<JsonElement>($"/api/cameras/{camera}/history?limit=500", Cancel);
            foreach (var item in history.GetProperty("items").EnumerateArray())
            {
                var leaseRef = item.GetProperty("lease_ref").GetString()!;
                ends[leaseRef] = ends.GetValueOrDefault(leaseRef) + 1;
            }
        }

        foreach (var (leaseRef, count) in ends.Where(entry => entry.Value > 1))
        {
            _witness.Violated($"I3: lease {leaseRef} ended {count} times");
        }

        // A store that was emptied, or killed before it wrote, has lost ends as well; without either, all must be there.
        var hasLostData = _witness.Counts.Keys.Any(fault => fault is "fault FLUSHALL store" or "fault SIGKILL store");
        foreach (var missing in _witness.Granted.Where(leaseRef => !hasLostData && !ends.ContainsKey(leaseRef)).Take(10))
        {
            _witness.Violated($"I3: the end of lease {missing} is not in the ledger");
        }
    }

    /// <summary>
    /// What was measured balances, with cameras lent and without: handed out less returned is held, and is what the status says. Of the
    /// process that runs: one that was killed has counted for itself, and its leases are <c>adopted</c> by the next or are leaks.
    /// </summary>
    private async Task CheckBooksAsync(AttendanceSystem system, OtlpReceiver receiver)
    {
        foreach (var camera in s_cameras[1..])
        {
            await system.AcquireAsync(camera, $"books_of_{camera}", ttlSeconds: 60);
        }

        await BalanceAsync(s_cameras.Length - 1);
        await system.ReleaseAllAsync();
        await BalanceAsync(0);

        async Task BalanceAsync(int held)
        {
            Assert.Equal(held, await system.ActiveCamerasAsync());
            var process = (await system.ProcessAsync("camera-api", Cancel)).ToString(System.Globalization.CultureInfo.InvariantCulture) + " ";
            double Sum(string instrument, params string[] outcomes) => receiver.Sum(instrument, point =>
                point.Sender.Process.StartsWith(process, StringComparison.Ordinal)
                && (outcomes.Length == 0 || outcomes.Contains(point.Attributes["attendance.lease.outcome"])));
            double HandedOut() => Sum("attendance.camera.lease.acquisitions", "granted", "adopted");
            double Returned() => Sum("attendance.camera.lease.releases", "granted", "adopted");
            await Eventually.TrueAsync(
                () => Sum("attendance.camera.lease.active") == held && HandedOut() - Returned() == held && HandedOut() >= s_cameras.Length - 1,
                s_settling, $"the books of process {process}balance with {held} held, after chaos with {_plan}");
        }
    }

    private static async Task<bool> IsAtRestAsync(AttendanceSystem system)
    {
        var status = await system.StatusAsync();
        var states = status.GetProperty("cameras").EnumerateArray().Select(camera => camera.GetProperty("state").GetString());
        return status.GetProperty("active_cameras").GetInt32() == 0
            && status.GetProperty("leaks").GetInt32() == 0
            && states.All(state => state == "available")
            && Processes.WorkersOf(await system.ProcessAsync("camera-api", Cancel)).Count == 0
            && !await HasEntriesAsync(system);
    }

    private static async Task<bool> HasEntriesAsync(AttendanceSystem system)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(Cancel));
        await foreach (var key in redis.GetServers().Single().KeysAsync(pattern: "attendance:*:deadlines"))
        {
            return true;
        }

        return false;
    }
}

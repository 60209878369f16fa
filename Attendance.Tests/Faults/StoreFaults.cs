using System.Diagnostics;
using System.Net;
using Attendance.CameraApi.Leases;
using Attendance.Tests.Programs;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests a store that is away, empty, killed or stuck: nothing is granted twice, and no camera stays locked.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class StoreFaults(SharedFaultySystem shared, FaultTable table) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly FaultySystem _faulty = shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _faulty.System.ReleaseAllAsync();

    [Fact]
    public async Task A_store_that_is_down_for_a_while_takes_nothing_and_gives_nothing()
    {
        var (refused, back) = (new List<TimeSpan>(), new List<TimeSpan>());
        var hold = await _faulty.AcquireAsync("demo");
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            Assert.True(await _faulty.System.CommandAsync("sessions", "stop", Cancel));
            refused.Add(await RefusedAsync(_faulty, "faulty-1", "store_unavailable"));
            refused.Add(await RefusedAsync(_faulty, "demo", "camera_in_use"));
            await _faulty.PictureAfterAsync(hold, DateTimeOffset.UtcNow, s_patience);

            Assert.True(await _faulty.System.CommandAsync("sessions", "start", Cancel));
            await BackAsync(_faulty, hold);
            back.Add(Processes.AgeOf(await _faulty.System.ProcessAsync("sessions", Cancel)));
            Assert.Equal("camera_in_use", (await _faulty.AskAsync("demo")).Code);
        }

        await _faulty.ReleaseAsync(hold);
        var leaked = await _faulty.LeaksAsync();
        table.Record(FaultRow.StoreDown, refused, leaked);
        table.Record(FaultRow.StoreBack, back, leaked);
    }

    [Fact]
    public async Task A_store_that_is_down_for_longer_keeps_nobody_from_being_free_at_the_deadline()
    {
        const int Ttl = 8;
        var holds = await _faulty.AcquireAllAsync(Ttl);
        foreach (var hold in holds)
        {
            Assert.Equal(HttpStatusCode.OK, await _faulty.RenewAsync(hold)); // the first may be old by the time the last is there
        }

        var deadlines = (await _faulty.System.StatusAsync()).GetProperty("cameras").EnumerateArray()
            .ToDictionary(camera => camera.GetProperty("camera_id").GetString()!, camera => camera.GetProperty("expires_at"));
        Assert.True(await _faulty.System.CommandAsync("sessions", "stop", Cancel));
        var late = await Task.WhenAll(holds.Select(async hold =>
        {
            await _faulty.FreeAsync(hold, s_patience);
            return DateTime.UtcNow - deadlines[hold.CameraId].GetDateTime();
        }));

        Assert.True(await _faulty.System.CommandAsync("sessions", "start", Cancel));
        await Eventually.TrueAsync(
            async () => await EndsAreToldAsync(_faulty, holds), s_patience, "the store was told");
        Assert.All(late, time => Assert.True(time > TimeSpan.FromMilliseconds(-50), $"It was free {-time} before its deadline."));
        table.Record(FaultRow.StoreDownLong, late, await _faulty.LeaksAsync());
    }

    [Fact]
    public async Task A_store_that_loses_its_data_is_told_again_and_tokens_still_grow()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            _faulty.ForgetHolds();
            var holds = await _faulty.AcquireAllAsync();

            var started = Stopwatch.GetTimestamp();
            await _faulty.InStoreAsync(async redis =>
            {
                await redis.GetServers().Single().FlushAllDatabasesAsync();
                foreach (var hold in holds)
                {
                    await Eventually.TrueAsync(
                        async () => HeldEntry.Parse(await redis.GetDatabase().StringGetAsync(Key("lease", hold.CameraId)))?.LeaseRef == hold.Lease.Ref,
                        s_patience, $"the lease of {hold.CameraId} is registered again");
                    times.Add(Stopwatch.GetElapsedTime(started));
                }

                return true;
            });

            foreach (var hold in holds)
            {
                Assert.Equal("camera_in_use", (await _faulty.AskAsync(hold.CameraId)).Code);
                Assert.Equal(HttpStatusCode.OK, await _faulty.RenewAsync(hold));
                await _faulty.ReleaseAsync(hold);
            }

            var next = await _faulty.AcquireAsync(holds[0].CameraId);
            Assert.True(next.Lease.FencingToken > holds[0].Lease.FencingToken);
            await _faulty.ReleaseAsync(next);
        }

        table.Record(FaultRow.StoreEmptied, times, await _faulty.LeaksAsync());
    }

    internal static string Key(string what, string cameraId) => $"attendance:{{{Environment.MachineName}}}:{what}:{cameraId}";

    /// <summary>Measures how long it takes until an acquisition is refused.</summary>
    internal static async Task<TimeSpan> RefusedAsync(FaultySystem faulty, string cameraId, string why)
    {
        var (_, code, took) = await faulty.AskAsync(cameraId);
        Assert.Equal(why, code);
        return took;
    }

    /// <summary>Waits until the lease is extended again and another camera is granted.</summary>
    internal static async Task BackAsync(FaultySystem faulty, Hold hold)
    {
        HttpStatusCode? answer = null;
        await Eventually.TrueAsync(
            async () => (answer = await faulty.RenewAsync(hold)) == HttpStatusCode.OK, s_patience, "the lease is renewed", () => $"It was answered with {answer}.");
        await faulty.ReleaseAsync(await faulty.AcquireAgainAsync("faulty-1", s_patience));
    }

    internal static async Task<bool> EndsAreToldAsync(FaultySystem faulty, IEnumerable<Hold> holds)
    {
        foreach (var hold in holds)
        {
            if (await faulty.KnownEndsAsync(hold) is not { Count: > 0 })
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A store that is a process of its own, a real Redis, and what can be done to such a process.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class RedisFaults(FaultySystemOnRedis shared, FaultTable table) : IClassFixture<FaultySystemOnRedis>, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The ways in which a store can run and refuse to write, each with its remedy.</summary>
    private static readonly (string[] Refuse, string[] Accept)[] s_refusals =
    [
        (["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]),
        (["CONFIG", "SET", "min-replicas-to-write", "1"], ["CONFIG", "SET", "min-replicas-to-write", "0"]),
        (["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]),
    ];

    private FaultySystem Faulty => shared.Faulty;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var resource in (string[])["sessions", "camera-api"])
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"== {resource}\n{string.Join('\n', (await Faulty.System.LogAsync(resource)).Split('\n').TakeLast(60))}");
            }
        }

        await Faulty.System.ReleaseAllAsync();
    }

    [Fact]
    public async Task A_store_that_is_killed_takes_nothing_and_gives_nothing()
    {
        var times = new List<TimeSpan>();
        var hold = await Faulty.AcquireAgainAsync("demo", s_patience);
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            Processes.Signal(await StoreAsync(), "KILL");
            try
            {
                await GivesNothingAsync(times, hold);
            }
            finally
            {
                await Faulty.System.ExitCodeAsync("sessions", Cancel);
                Assert.True(await Faulty.System.CommandAsync("sessions", "start", Cancel));
            }

            await StoreFaults.BackAsync(Faulty, hold);
            Assert.Equal("camera_in_use", (await Faulty.AskAsync("demo")).Code);
        }

        await Faulty.ReleaseAsync(hold);
        table.Record(FaultRow.StoreKilled, times, await Faulty.LeaksAsync());
    }

    [Fact]
    public Task A_store_that_is_stuck_keeps_no_device_and_gives_nothing() => KeepsNothingAsync(
        FaultRow.StoreHangs,
        async _ => Processes.Signal(await StoreAsync(), "STOP"),
        async _ => Processes.Signal(await StoreAsync(), "CONT"));

    [Fact]
    public Task A_store_that_refuses_to_write_keeps_no_device_and_gives_nothing() => KeepsNothingAsync(
        FaultRow.StoreRefuses,
        round => TellStoreAsync(s_refusals[round % s_refusals.Length].Refuse),
        round => TellStoreAsync(s_refusals[round % s_refusals.Length].Accept),
        s_refusals.Length);

    [Fact]
    public async Task A_store_that_is_slow_is_waited_for_and_loses_nothing()
    {
        var times = new List<TimeSpan>();
        var hold = await Faulty.AcquireAsync("demo");
        using (var enough = new CancellationTokenSource())
        {
            var slowing = SlowAsync(await StoreAsync(), enough.Token);
            try
            {
                for (var i = 0; i < FaultTable.FewRuns; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    var other = await Faulty.AcquireAsync("faulty-2");
                    times.Add(Stopwatch.GetElapsedTime(started));

                    started = Stopwatch.GetTimestamp();
                    await Faulty.ReleaseAsync(other);
                    await Faulty.FreeAsync(other, s_patience);
                    times.Add(Stopwatch.GetElapsedTime(started));

                    times.Add(await StoreFaults.RefusedAsync(Faulty, "demo", "camera_in_use"));
                    Assert.Equal(HttpStatusCode.OK, await Faulty.RenewAsync(hold));
                    await Faulty.PictureAfterAsync(hold, DateTimeOffset.UtcNow, s_patience);
                }
            }
            finally
            {
                await enough.CancelAsync();
                await slowing;
            }
        }

        await Faulty.ReleaseAsync(hold);
        await Eventually.TrueAsync(() => StoreFaults.EndsAreToldAsync(Faulty, [hold]), s_patience, "the store was told");
        table.Record(FaultRow.StoreSlow, times, await Faulty.LeaksAsync());
    }

    /// <summary>Asserts that in this state of the store a released camera is free, a held one stays held, and none is granted.</summary>
    /// <param name="ways">In how many ways the store gets into it, each of which is tried.</param>
    private async Task KeepsNothingAsync(FaultRow row, Func<int, Task> strikeAsync, Func<int, Task> mendAsync, int ways = 1)
    {
        var times = new List<TimeSpan>();
        var hold = await Faulty.AcquireAgainAsync("demo", s_patience);
        for (var round = 0; round < Math.Max(FaultTable.FewRuns, ways); round++)
        {
            var other = await Faulty.AcquireAgainAsync("faulty-2", s_patience);
            await strikeAsync(round);
            try
            {
                var started = Stopwatch.GetTimestamp();
                var release = Faulty.ReleaseAsync(other);
                await Eventually.TrueAsync(() => !Processes.IsAlive(other.Worker), s_patience, "the device is free");
                times.Add(Stopwatch.GetElapsedTime(started));
                await GivesNothingAsync(times, hold);
                await release;
            }
            finally
            {
                await mendAsync(round);
            }

            await StoreFaults.BackAsync(Faulty, hold);
            await Eventually.TrueAsync(() => StoreFaults.EndsAreToldAsync(Faulty, [other]), s_patience, "the store was told");
        }

        await Faulty.ReleaseAsync(hold);
        table.Record(row, times, await Faulty.LeaksAsync());
    }

    private async Task GivesNothingAsync(List<TimeSpan> times, Hold hold)
    {
        times.Add(await StoreFaults.RefusedAsync(Faulty, "faulty-1", "store_unavailable"));
        times.Add(await StoreFaults.RefusedAsync(Faulty, "demo", "camera_in_use"));
        await Faulty.PictureAfterAsync(hold, DateTimeOffset.UtcNow, s_patience);
    }

    private Task<int> StoreAsync() => Faulty.System.ProcessAsync("sessions", Cancel);

    /// <summary>Sends a command by a client of its own, which is not affected by faults of the API's connection.</summary>
    private async Task TellStoreAsync(string[] command)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await Faulty.System.ConnectionStringAsync(Cancel) + ",allowAdmin=true");
        await redis.GetServers().Single().ExecuteAsync(command[0], [.. command.Skip(1)]);
    }

    /// <summary>Makes the store stop for half a second and work for a moment, again and again.</summary>
    private static async Task SlowAsync(int store, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            Processes.Signal(store, "STOP");
            await Task.Delay(500, CancellationToken.None);
            Processes.Signal(store, "CONT");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}

/// <summary>As <see cref="SharedFaultySystem"/>, with redis-server for its store.</summary>
public sealed class FaultySystemOnRedis : IAsyncLifetime
{
    public FaultySystem Faulty { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed (Debian: apt-get install redis-server).");
        Faulty = await FaultySystem.StartAsync("--Sessions:Server=redis-server");
    }

    public ValueTask DisposeAsync() => Faulty?.DisposeAsync() ?? default;
}

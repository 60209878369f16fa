using System.Diagnostics;
using System.Net;
using Attendance.Tests.EndToEnd;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>The store is away, empty, killed or stuck: nothing is granted twice, and nothing stays locked.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class StoreFaults(SharedFaultySystem shared, FaultTable table) : IClassFixture<SharedFaultySystem>, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
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

            var started = Stopwatch.GetTimestamp();
            Assert.True(await _faulty.System.CommandAsync("sessions", "start", Cancel));
            await BackAsync(_faulty, hold);
            back.Add(Stopwatch.GetElapsedTime(started));
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
        await Processes.UntilAsync(
            async () => await EndsAreToldAsync(_faulty, holds), s_patience, "the store was told", Cancel);
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
                    await Processes.UntilAsync(
                        async () => await redis.GetDatabase().HashGetAsync(Key("camera", hold.CameraId), "lease_id") == hold.Lease.Id,
                        s_patience, $"the lease of {hold.CameraId} is registered again", Cancel);
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

    /// <summary>How long it took to be told that nothing is granted now.</summary>
    internal static async Task<TimeSpan> RefusedAsync(FaultySystem faulty, string cameraId, string why)
    {
        var (_, code, took) = await faulty.AskAsync(cameraId);
        Assert.Equal(why, code);
        return took;
    }

    /// <summary>The lease is extended again, and another camera is granted.</summary>
    internal static async Task BackAsync(FaultySystem faulty, Hold hold)
    {
        await Processes.UntilAsync(
            async () => await faulty.RenewAsync(hold) == HttpStatusCode.OK, s_patience, "the lease is renewed", Cancel);
        await faulty.ReleaseAsync(await faulty.AcquireAsync("faulty-1"));
    }

    internal static async Task<bool> EndsAreToldAsync(FaultySystem faulty, IEnumerable<Hold> holds)
    {
        foreach (var hold in holds)
        {
            try
            {
                if ((await faulty.EndsAsync(hold)).Count == 0)
                {
                    return false;
                }
            }
            catch (HttpRequestException)
            {
                return false; // the store is not back yet
            }
        }

        return true;
    }
}

/// <summary>A store that is a process of its own, a real Redis, and what can be done to such a process.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class RedisFaults(FaultTable table)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_is_killed_or_stuck_takes_nothing_and_gives_nothing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed (Debian: apt-get install redis-server).");
        await using var faulty = await FaultySystem.StartAsync("--Redis:Command=redis-server");
        var (killed, stuck) = (new List<TimeSpan>(), new List<TimeSpan>());
        var hold = await faulty.AcquireAsync("demo");
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            Processes.Signal(await faulty.System.ProcessAsync("sessions", Cancel), "KILL");
            killed.Add(await StoreFaults.RefusedAsync(faulty, "faulty-1", "store_unavailable"));
            killed.Add(await StoreFaults.RefusedAsync(faulty, "demo", "camera_in_use"));
            await faulty.PictureAfterAsync(hold, DateTimeOffset.UtcNow, s_patience);
            await faulty.System.ExitCodeAsync("sessions", Cancel);
            Assert.True(await faulty.System.CommandAsync("sessions", "start", Cancel));
            await StoreFaults.BackAsync(faulty, hold);
            Assert.Equal("camera_in_use", (await faulty.AskAsync("demo")).Code);
        }

        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var other = await faulty.AcquireAsync("faulty-2");
            var store = await faulty.System.ProcessAsync("sessions", Cancel);
            Processes.Signal(store, "STOP");
            try
            {
                var started = Stopwatch.GetTimestamp();
                var release = faulty.ReleaseAsync(other);
                await Processes.UntilAsync(() => !Processes.IsAlive(other.Worker), s_patience, "the device is free", Cancel);
                stuck.Add(Stopwatch.GetElapsedTime(started));
                stuck.Add(await StoreFaults.RefusedAsync(faulty, "faulty-1", "store_unavailable"));
                stuck.Add(await StoreFaults.RefusedAsync(faulty, "demo", "camera_in_use"));
                await release;
                await faulty.PictureAfterAsync(hold, DateTimeOffset.UtcNow, s_patience);
            }
            finally
            {
                Processes.Signal(store, "CONT");
            }

            await StoreFaults.BackAsync(faulty, hold);
            await Processes.UntilAsync(() => StoreFaults.EndsAreToldAsync(faulty, [other]), s_patience, "the store was told", Cancel);
        }

        await faulty.ReleaseAsync(hold);
        var leaked = await faulty.LeaksAsync();
        table.Record(FaultRow.StoreKilled, killed, leaked);
        table.Record(FaultRow.StoreHangs, stuck, leaked);
    }
}

using System.Diagnostics;
using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Live;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests cameras that are watched by WebRTC, when a viewer, the camera's worker, or the process for WebRTC is killed.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class WatcherFaults(FaultTable table, GarnetStore store) : IClassFixture<GarnetStore>, IAsyncLifetime
{
    private const string Gone = "A viewer of camera demo by WebRTC is gone";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stillness = TimeSpan.FromSeconds(3);

    private NodeProcess _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(
        store.ConnectionString, "live-" + Guid.NewGuid().ToString("N")[..8], "--Cameras:demo:Source=test-pattern", "--WebRtc:Addresses:0=127.0.0.1", "--Logging:LogLevel:Default=Debug");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task One_of_two_who_watch_ends_or_is_killed_and_the_other_goes_on()
    {
        var (ended, killed) = (new List<TimeSpan>(), new List<TimeSpan>());
        await using var stays = new Watcher();
        var staysUnder = await WatchAsync(stays);
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            await using var watcher = new Watcher();
            var lease = await WatchAsync(watcher);
            ended.Add(await LastPictureAsync(watcher, () => _node.ReleaseAsync(lease)));

            lease = await WatchAsync(watcher);
            var before = Told();
            watcher.Kill();
            killed.Add(await Eventually.TrueAsync(() => Told() > before, s_patience, "its encoder is gone"));
            await _node.ReleaseAsync(lease);
            await SeesMoreAsync(stays);
        }

        await _node.ReleaseAsync(staysUnder);
        var leaked = await _node.LeaksAsync();
        table.Record(FaultRow.WatchEnded, ended, leaked);
        table.Record(FaultRow.WatcherKilled, killed, leaked);
    }

    [Fact]
    public async Task The_worker_of_the_camera_and_the_process_for_WebRTC_may_be_killed()
    {
        var (killed, back) = (new List<TimeSpan>(), new List<TimeSpan>());
        await using var watcher = new Watcher();
        var lease = await WatchAsync(watcher);
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var worker = Assert.Single(Processes.WorkersOf(_node.Pid));
            Processes.Signal(worker, "KILL");
            await Eventually.TrueAsync(() => !Processes.IsAlive(worker), s_patience, "the worker is gone");
            await SeesMoreAsync(watcher);
            killed.Add(Stopwatch.GetElapsedTime(started));
            Assert.Equal("connected", (await watcher.LookAsync()).State);

            Processes.Signal(Assert.Single(Processes.WebRtcOf(_node.Pid)), "KILL");
            started = Stopwatch.GetTimestamp();
            await Eventually.TrueAsync(async () => (await watcher.WatchAsync(_node, "demo", lease)).Status == HttpStatusCode.Created, s_patience, "it is watched again");
            await SeesMoreAsync(watcher);
            back.Add(Stopwatch.GetElapsedTime(started));
        }

        await _node.ReleaseAsync(lease);
        var leaked = await _node.LeaksAsync();
        table.Record(FaultRow.WatchedWorkerKilled, killed, leaked);
        table.Record(FaultRow.WatchBack, back, leaked);
    }

    private async Task<Lease> WatchAsync(Watcher watcher)
    {
        var lease = await _node.AcquireAsync("demo", "session_" + Guid.NewGuid().ToString("N"), ttlSeconds: 300, mode: "shared");
        Assert.Equal(HttpStatusCode.Created, (await watcher.WatchAsync(_node, "demo", lease)).Status);
        await SeesMoreAsync(watcher);
        return lease;
    }

    private int Told() => _node.Log.Split(Gone).Length - 1;

    /// <summary>Does something, and returns how long after that the last picture came. The connection itself notices its end seconds later.</summary>
    private static async Task<TimeSpan> LastPictureAsync(Watcher watcher, Func<Task> act)
    {
        var (started, last) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
        await act();
        for (var seen = -1; Stopwatch.GetElapsedTime(started) < s_stillness;)
        {
            var now = (await watcher.LookAsync()).Pictures;
            (seen, last) = now == seen ? (seen, last) : (now, Stopwatch.GetElapsedTime(started));
            await Task.Delay(10, Cancel);
        }

        return last;
    }

    /// <summary>Waits for a picture that comes from now on. One may be on its way.</summary>
    private static async Task SeesMoreAsync(Watcher watcher)
    {
        var before = (await watcher.LookAsync()).Pictures;
        await Eventually.TrueAsync(async () => (await watcher.LookAsync()).Pictures > before + 1, s_patience, "there are new pictures");
    }
}

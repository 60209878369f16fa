using System.Diagnostics;
using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Tests.Live;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Faults;

/// <summary>Tests cameras that a client publishes, when the client, or the process for WebRTC, is killed.</summary>
[Trait("Suite", "Faults")]
[Collection(FaultSuite.Name)]
public sealed class PublisherFaults(FaultTable table, GarnetStore store) : IClassFixture<GarnetStore>, IAsyncLifetime
{
    private readonly string _phone = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
    private NodeProcess _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(
        store.ConnectionString, "live-" + Guid.NewGuid().ToString("N")[..8], "--Cameras:demo:Source=test-pattern", "--WebRtc:Addresses:0=127.0.0.1");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_publisher_that_is_killed_or_gives_its_camera_back_takes_it_along_and_brings_it_back()
    {
        var (killed, back, released) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
            var first = new Publisher();
            var cameraId = (await first.PublishAsync(_node, _phone, lease)).Camera!;
            var guard = await _node.AcquireAsync(cameraId, Session(), ttlSeconds: 300);
            first.Kill();
            killed.Add(await _node.UntilAsync(cameraId, "suspended"));
            await first.DisposeAsync();

            await using var second = new Publisher();
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.Created, (await second.PublishAsync(_node, _phone, lease)).Status);
            await _node.UntilAsync(cameraId, "held");
            back.Add(Stopwatch.GetElapsedTime(started));
            Assert.Equal(HttpStatusCode.OK, await _node.RenewAsync(guard));

            await _node.ReleaseAsync(lease);
            released.Add(await _node.UntilAsync(cameraId, "suspended"));
            await _node.ReleaseAsync(guard);
        }

        var leaked = await _node.LeaksAsync();
        table.Record(FaultRow.PublisherKilled, killed, leaked);
        table.Record(FaultRow.PublisherBack, back, leaked);
        table.Record(FaultRow.PublisherReleased, released, leaked);
    }

    [Fact]
    public async Task The_process_for_WebRTC_may_be_killed()
    {
        var times = new List<TimeSpan>();
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        await using var publisher = new Publisher();
        var cameraId = (await publisher.PublishAsync(_node, _phone, lease)).Camera!;
        var guard = await _node.AcquireAsync(cameraId, Session(), ttlSeconds: 300);
        for (var i = 0; i < FaultTable.FewRuns; i++)
        {
            Processes.Signal(Assert.Single(Processes.WebRtcOf(_node.Pid)), "KILL");
            times.Add(await _node.UntilAsync(cameraId, "suspended"));
            Assert.Equal(HttpStatusCode.Created, (await publisher.PublishAsync(_node, _phone, lease)).Status);
            await _node.UntilAsync(cameraId, "held");
        }

        await _node.ReleaseAsync(guard);
        await _node.ReleaseAsync(lease);
        table.Record(FaultRow.PeersKilled, times, await _node.LeaksAsync());
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");
}

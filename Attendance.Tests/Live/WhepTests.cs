using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Stores;
using Attendance.Tests.Telemetry;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>Tests cameras that are watched by WHEP, with a client that is no browser, in real processes.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class WhepTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private OtlpReceiver _receiver = null!;
    private NodeProcess _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await OtlpReceiver.StartAsync(Cancel);
        _node = await NodeProcess.StartAsync(
            store.ConnectionString, "live-" + Guid.NewGuid().ToString("N")[..8],
            [.. AspireSettings.For(_receiver.Address), "--Logging:LogLevel:Default=Debug", "--Cameras:demo:Source=test-pattern", "--Cameras:other:Source=test-pattern", "--WebRtc:MaxViewers=2"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Each_who_shares_a_camera_watches_it_until_their_own_lease_ends()
    {
        await using var guard = new Watcher();
        await using var clerk = new Watcher();
        var (guards, clerks) = (await SharedAsync(), await SharedAsync());
        var watched = await guard.WatchAsync(_node, "demo", guards);
        Assert.Equal((HttpStatusCode.Created, "application/sdp"), (watched.Status, watched.Type));
        Assert.StartsWith("/api/cameras/demo/whep/", watched.Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await clerk.WatchAsync(_node, "demo", clerks)).Status);
        await SeesMoreAsync(guard);
        await SeesMoreAsync(clerk);
        await CountedAsync(2);
        var snapshot = await _node.Http.GetByteArrayAsync(guards.SnapshotUrl, Cancel);
        using var picture = OpenCvSharp.Cv2.ImDecode(snapshot, OpenCvSharp.ImreadModes.Grayscale);
        var seen = await guard.LookAsync();
        Assert.Equal((picture.Width, picture.Height), (seen.Width, seen.Height));

        await _node.ReleaseAsync(guards);
        await EndsAsync(guard);
        await SeesMoreAsync(clerk);
        await CountedAsync(1);
        await _node.ReleaseAsync(clerks);
        await EndsAsync(clerk);
        Assert.Equal("available", await _node.StateAsync("demo"));
        foreach (var secret in new[] { guards.Id, clerks.Id, "ice-pwd", TestSecrets.ApiKey })
        {
            Assert.Null(_receiver.Around(secret));
            Assert.DoesNotContain(secret, _node.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_worker_that_is_killed_interrupts_the_picture_and_no_more()
    {
        await using var guard = new Watcher();
        var lease = await SharedAsync();
        await guard.WatchAsync(_node, "demo", lease);
        await SeesMoreAsync(guard);
        var worker = Assert.Single(Processes.WorkersOf(_node.Pid), pid => _node.Log.Contains($"Camera demo, worker {pid}:", StringComparison.Ordinal));

        Processes.Signal(worker, "KILL");
        await Eventually.TrueAsync(() => !Processes.IsAlive(worker), s_patience, "the worker is gone");

        await SeesMoreAsync(guard);
        Assert.Equal("connected", (await guard.LookAsync()).State);
    }

    [Fact]
    public async Task The_process_for_WebRTC_may_be_killed_and_one_watches_again_under_the_same_lease()
    {
        await using var guard = new Watcher();
        var lease = await SharedAsync();
        await guard.WatchAsync(_node, "demo", lease);
        await SeesMoreAsync(guard);

        Processes.Signal(PeerProcess(), "KILL");
        await CountedAsync(0);
        Assert.Equal(HttpStatusCode.Created, (await guard.WatchAsync(_node, "demo", lease)).Status);

        await SeesMoreAsync(guard);
    }

    [Fact]
    public async Task A_process_for_WebRTC_that_hangs_holds_up_neither_the_camera_nor_the_end_of_a_lease()
    {
        await using var guard = new Watcher();
        var lease = await SharedAsync();
        await guard.WatchAsync(_node, "demo", lease);
        await SeesMoreAsync(guard);
        Processes.Signal(PeerProcess(), "STOP");
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel); // longer than a worker waits to send a picture

        var before = await _node.Http.GetByteArrayAsync(lease.SnapshotUrl, Cancel);
        await Eventually.TrueAsync(async () => !(await _node.Http.GetByteArrayAsync(lease.SnapshotUrl, Cancel)).AsSpan().SequenceEqual(before), s_patience, "the camera goes on");
        await _node.ReleaseAsync(lease).WaitAsync(TimeSpan.FromSeconds(5), Cancel);
        await Eventually.TrueAsync(async () => await _node.StateAsync("demo") == "available", s_patience, "it is free");
    }

    [Fact]
    public async Task No_more_watch_than_may_and_a_viewer_that_is_killed_makes_room()
    {
        await using var first = new Watcher();
        await using var second = new Watcher();
        await using var third = new Watcher();
        var leases = new[] { await SharedAsync(), await SharedAsync(), await SharedAsync() };
        await first.WatchAsync(_node, "demo", leases[0]);
        await second.WatchAsync(_node, "demo", leases[1]);
        var again = await second.WatchAsync(_node, "demo", leases[1]);
        Assert.Equal(HttpStatusCode.Created, again.Status); // takes the place of the one before

        var refused = await third.WatchAsync(_node, "demo", leases[2]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("too_many_viewers", refused.Text, StringComparison.Ordinal);

        await SeesMoreAsync(first);
        first.Kill();
        await CountedAsync(1);
        using (var end = new HttpRequestMessage(HttpMethod.Delete, again.Location))
        {
            end.Headers.Authorization = new("Bearer", leases[1].Id);
            using var ended = await _node.Http.SendAsync(end, Cancel);
            Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        }

        await CountedAsync(0);
        Assert.Equal(HttpStatusCode.Created, (await third.WatchAsync(_node, "demo", leases[2])).Status);
    }

    [Theory]
    [InlineData("", "application/sdp", null, 401, "lease_required")]
    [InlineData("", "application/sdp", "not-a-lease-of-this-camera", 410, "lease_ended")]
    [InlineData("", "application/sdp", "another", 410, "lease_ended")]
    [InlineData("v=0", "application/json", "own", 415, "unsupported_media_type")]
    [InlineData("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=ice-pwd:x\r\na=fingerprint:x", "application/sdp", "own", 400, "offer")]
    [InlineData("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\na=ice-pwd:x\r\na=fingerprint:x", "application/sdp", "own", 400, "offer")]
    public async Task A_wrong_offer_is_refused_and_nobody_is_counted(string offer, string type, string? bearer, int status, string said)
    {
        var lease = bearer == "another" ? await _node.AcquireAsync("other", Session()) : await SharedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/cameras/demo/whep") { Content = new StringContent(offer, Encoding.UTF8, new MediaTypeHeaderValue(type)) };
        request.Headers.Authorization = bearer is null ? null : new("Bearer", bearer is "own" or "another" ? lease.Id : bearer);

        using var response = await _node.Http.SendAsync(request, Cancel);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.True(problem.GetProperty("code").GetString() == said || problem.GetProperty("errors").TryGetProperty(said, out _), problem.ToString());
        await CountedAsync(0);
        await _node.ReleaseAsync(lease);
    }

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");

    private Task<Lease> SharedAsync() => _node.AcquireAsync("demo", Session(), ttlSeconds: 300, mode: "shared");

    private int PeerProcess() => Assert.Single(Processes.WebRtcOf(_node.Pid));

    private Task<TimeSpan> CountedAsync(int viewers) => Eventually.TrueAsync(() => Viewers() == viewers, s_patience, $"{viewers} are counted", () => $"It is {Viewers()}.");

    private double Viewers() => _receiver.Points.LastOrDefault(point => point.Instrument.Name == "attendance.live.viewers")?.Value ?? 0;

    private static async Task SeesMoreAsync(Watcher watcher)
    {
        var before = await watcher.LookAsync();
        await Eventually.TrueAsync(async () => (await watcher.LookAsync()).Pictures > before.Pictures + 3, s_patience, "there are new pictures", () => before.ToString());
    }

    private static async Task EndsAsync(Watcher watcher)
    {
        await Eventually.TrueAsync(async () => (await watcher.LookAsync()).State != "connected", s_patience, "the connection ends");
    }
}

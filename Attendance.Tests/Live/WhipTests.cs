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

/// <summary>Tests cameras that are published by WHIP, with a client that is no browser, in real processes.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class WhipTests(GarnetStore store) : IClassFixture<GarnetStore>, IAsyncLifetime
{
    /// <summary>Another one for each test: the store is that of all.</summary>
    private readonly string _phone = $"browser-{Guid.NewGuid():N}-0123456789abcdef";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private NodeProcess _node = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await NodeProcess.StartAsync(
        store.ConnectionString, "live-" + Guid.NewGuid().ToString("N")[..8], "--Cameras:demo:Source=test-pattern", "--WebRtc:MaxPublishers=2", "--Capture:HotSwapGrace=00:00:20");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData(640, 480)]
    [InlineData(321, 241)]
    public async Task What_a_client_publishes_is_a_camera_like_any_other_until_its_lease_ends(int width, int height)
    {
        await using var publisher = new Publisher();
        var lease = await _node.AcquireAsync(_phone, Session());
        var published = await publisher.PublishAsync(_node, _phone, lease, width, height);
        Assert.Equal((HttpStatusCode.Created, PublishedCamera.IdOf(_phone), "application/sdp"), (published.Status, published.Camera, published.Type));
        Assert.StartsWith($"/api/cameras/{_phone}/whip/", published.Location, StringComparison.Ordinal);

        var guard = await _node.AcquireAsync(published.Camera!, Session(), mode: "shared");
        var recognizer = await _node.AcquireAsync(published.Camera!, Session(), mode: "shared");
        var camera = await _node.CameraAsync(published.Camera!);
        Assert.Equal(("published", "held", "shared"), (Text(camera, "kind"), Text(camera, "state"), Text(camera, "mode")));
        Assert.Equal((width & ~1, height & ~1), (camera.GetProperty("width").GetInt32(), camera.GetProperty("height").GetInt32()));
        await DeliversAsync(guard);
        await DeliversAsync(recognizer);

        await _node.ReleaseAsync(lease);
        await _node.UntilAsync(published.Camera!, "suspended");
        await _node.ReleaseAsync(guard);
        await _node.ReleaseAsync(recognizer);
        Assert.DoesNotContain(await _node.CamerasAsync(), one => Text(one, "camera_id") == published.Camera && Text(one, "state") == "available");
    }

    [Fact]
    public async Task A_client_of_another_kind_publishes_as_well()
    {
        await using var publisher = await Publisher.OfAiortcAsync();
        var lease = await _node.AcquireAsync(_phone, Session());
        var published = await publisher.PublishAsync(_node, _phone, lease);
        Assert.True(published.Status == HttpStatusCode.Created, published.Text);
        var guard = await _node.AcquireAsync(published.Camera!, Session());
        await DeliversAsync(guard);

        publisher.Kill();

        await _node.UntilAsync(published.Camera!, "suspended");
    }

    [Fact]
    public async Task A_publisher_that_is_killed_is_missing_and_is_back_under_the_same_lease_when_it_publishes_again()
    {
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        Published published;
        Lease guard;
        await using (var publisher = new Publisher())
        {
            published = await publisher.PublishAsync(_node, _phone, lease);
            guard = await _node.AcquireAsync(published.Camera!, Session(), ttlSeconds: 300);
            publisher.Kill();
            await _node.UntilAsync(published.Camera!, "suspended");
        }

        await using var again = new Publisher();
        Assert.Equal(published.Camera, (await again.PublishAsync(_node, _phone, lease)).Camera);
        await _node.UntilAsync(published.Camera!, "held");
        await DeliversAsync(guard);
    }

    [Fact]
    public async Task When_nobody_publishes_any_more_the_leases_of_those_who_look_end_after_the_grace()
    {
        await using var node = await NodeProcess.StartAsync(store.ConnectionString, "grace-" + Guid.NewGuid().ToString("N")[..8], "--Capture:HotSwapGrace=00:00:05");
        await using var publisher = new Publisher();
        var published = await publisher.PublishAsync(node, _phone, await node.AcquireAsync(_phone, Session(), ttlSeconds: 300));
        var guard = await node.AcquireAsync(published.Camera!, Session(), ttlSeconds: 300);

        publisher.Kill();

        await Eventually.TrueAsync(async () => await node.RenewAsync(guard) == HttpStatusCode.Gone, s_patience, "the lease has ended");
        Assert.Equal("device_lost", await node.LastReasonAsync(published.Camera!));
    }

    [Fact]
    public async Task The_process_for_WebRTC_may_be_killed_and_its_peers_come_back()
    {
        await using var publisher = new Publisher();
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        var published = await publisher.PublishAsync(_node, _phone, lease);
        var guard = await _node.AcquireAsync(published.Camera!, Session(), ttlSeconds: 300);

        var process = Assert.Single(Processes.WebRtcOf(_node.Pid));
        Assert.DoesNotContain(TestSecrets.ApiKey, File.ReadAllText($"/proc/{process}/environ"), StringComparison.Ordinal);
        Processes.Signal(process, "KILL");
        await _node.UntilAsync(published.Camera!, "suspended");
        var again = await publisher.PublishAsync(_node, _phone, lease);
        Assert.True(again.Status == HttpStatusCode.Created, again.Text);

        await _node.UntilAsync(published.Camera!, "held");
        await DeliversAsync(guard);
        Assert.Equal(HttpStatusCode.OK, await _node.RenewAsync(lease));
    }

    [Fact]
    public async Task A_process_for_WebRTC_that_hangs_keeps_no_lease_and_is_ended_when_it_does_not_answer()
    {
        await using var publisher = new Publisher();
        var lease = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        await publisher.PublishAsync(_node, _phone, lease);
        var process = Assert.Single(Processes.WebRtcOf(_node.Pid));
        Processes.Signal(process, "STOP");

        await _node.ReleaseAsync(lease).WaitAsync(TimeSpan.FromSeconds(5), Cancel);
        var next = await _node.AcquireAsync(_phone, Session(), ttlSeconds: 300);
        var refused = await publisher.PublishAsync(_node, _phone, next);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("live_unavailable", refused.Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => !Processes.IsAlive(process), s_patience, "it is ended");
        Assert.Equal(HttpStatusCode.Created, (await publisher.PublishAsync(_node, _phone, next)).Status);
    }

    [Fact]
    public async Task No_more_are_published_than_may_and_one_that_ends_makes_room()
    {
        var publishers = new List<Publisher>();
        try
        {
            var answers = new List<Published>();
            var leases = new List<Lease>();
            for (var i = 0; i < 3; i++)
            {
                publishers.Add(new Publisher());
                leases.Add(await _node.AcquireAsync(PhoneOf(i), Session()));
                answers.Add(await publishers[i].PublishAsync(_node, PhoneOf(i), leases[i]));
            }

            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable], answers.Select(answer => answer.Status));
            Assert.Contains("too_many_publishers", answers[2].Text, StringComparison.Ordinal);
            using (var end = new HttpRequestMessage(HttpMethod.Delete, answers[0].Location))
            {
                end.Headers.Authorization = new("Bearer", leases[0].Id);
                using var ended = await _node.Http.SendAsync(end, Cancel);
                Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
            }

            Assert.Equal(HttpStatusCode.Created, (await publishers[2].PublishAsync(_node, PhoneOf(2), leases[2])).Status);
        }
        finally
        {
            foreach (var publisher in publishers)
            {
                await publisher.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("", "application/sdp", null, 401, "lease_required")]
    [InlineData("", "application/sdp", "not-a-lease-of-this-camera", 410, "lease_ended")]
    [InlineData("v=0", "application/json", "own", 415, "unsupported_media_type")]
    [InlineData("", "application/sdp", "own", 400, "offer")]
    [InlineData("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\na=ice-pwd:x\r\na=fingerprint:x", "application/sdp", "own", 400, "offer")]
    [InlineData("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-pwd:x\r\na=fingerprint:x", "application/sdp", "own", 400, "offer")]
    [InlineData("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=ice-pwd:x\r\na=fingerprint:x", "application/sdp", "own", 400, "offer")]
    public async Task A_wrong_offer_is_refused_and_nothing_is_published(string offer, string type, string? bearer, int status, string said)
    {
        var lease = await _node.AcquireAsync(_phone, Session());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/cameras/{_phone}/whip") { Content = new StringContent(offer, Encoding.UTF8, new MediaTypeHeaderValue(type)) };
        request.Headers.Authorization = bearer is null ? null : new("Bearer", bearer == "own" ? lease.Id : bearer);

        using var response = await _node.Http.SendAsync(request, Cancel);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.True(problem.GetProperty("code").GetString() == said || problem.GetProperty("errors").TryGetProperty(said, out _), problem.ToString());
        Assert.DoesNotContain(await _node.CamerasAsync(), one => Text(one, "kind") == "published");
        await _node.ReleaseAsync(lease);
    }

    [Fact]
    public async Task Without_Node_nothing_is_published_and_the_answer_says_what_to_install()
    {
        await using var node = await NodeProcess.StartAsync(store.ConnectionString, "bare-" + Guid.NewGuid().ToString("N")[..8], "--WebRtc:Node=/no/such/node");
        await using var publisher = new Publisher();
        var published = await publisher.PublishAsync(node, _phone, await node.AcquireAsync(_phone, Session()));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, published.Status);
        Assert.Contains("live_unavailable", published.Text, StringComparison.Ordinal);
        Assert.Contains("Install Node.js", published.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_counted_what_is_published_and_no_secret_of_it_is_told()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await NodeProcess.StartAsync(store.ConnectionString, "told-" + Guid.NewGuid().ToString("N")[..8], [.. AspireSettings.For(receiver.Address), "--Logging:LogLevel:Default=Debug"]);
        await using var publisher = new Publisher();
        var session = Session();
        var lease = await node.AcquireAsync(_phone, session);
        Assert.Equal(HttpStatusCode.Created, (await publisher.PublishAsync(node, _phone, lease)).Status);
        await Eventually.TrueAsync(() => Published() == 1, s_patience, "one is counted");
        await node.ReleaseAsync(lease);
        await Eventually.TrueAsync(() => Published() == 0, s_patience, "none is counted");

        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name.Contains("whip", StringComparison.Ordinal)), s_patience, "its span is there");
        foreach (var secret in new[] { lease.Id, session, "ice-pwd", TestSecrets.ApiKey })
        {
            Assert.Null(receiver.Around(secret));
            Assert.DoesNotContain(secret, node.Log, StringComparison.Ordinal);
        }

        double? Published() => receiver.Points.LastOrDefault(point => point.Instrument.Name == "attendance.live.published")?.Value;
    }

    private string PhoneOf(int number) => $"{_phone[..^16]}{number:x16}";

    private static string Session() => "session_" + Guid.NewGuid().ToString("N");

    private static string? Text(JsonElement camera, string name) => camera.GetProperty(name).GetString();

    private Task DeliversAsync(Lease lease) => ShownPicture.DeliversAsync(_node, lease);
}

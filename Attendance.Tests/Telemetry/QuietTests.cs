using System.Net;
using Attendance.Tests.CameraApi.Sessions;
using Attendance.Tests.Hosts;
using Attendance.Tests.Stores;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Tests that background work makes no traces, so traces of real requests are found at once.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class QuietTests(GarnetStore store) : IClassFixture<GarnetStore>
{
    private const string Session = "camera_123456789_abc123";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string[] s_upkeep = ["beat", "nodes", "held", "overdue"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_nobody_uses_make_no_trace_and_an_acquisition_is_the_only_one()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var here = await StartAsync(receiver, "quiet-a");
        await using var there = await StartAsync(receiver, "quiet-b");
        await here.KnowsAsync(there);

        // A console that watches, for which one node follows the other; and whatever a platform asks.
        using var console = await here.Http.GetAsync("/api/events?live=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        foreach (var probe in (string[])["/health", "/health/", "/health/cameras", "/alive", "/HEALTH/cameras", "/metrics"])
        {
            using var answer = await here.Http.GetAsync(probe, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var before = Calls(receiver);
        await Eventually.TrueAsync(
            () => Calls(receiver) is var now && s_upkeep.All(operation => now.GetValueOrDefault(operation) >= before.GetValueOrDefault(operation) + 3),
            s_patience, "upkeep goes on and is measured");
        Assert.Empty(Traces(receiver));

        var lease = await here.AcquireAsync("quiet-a-demo", Session);
        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "camera.acquire"), s_patience, "the acquisition's trace arrives");
        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "POST /api/leases"), s_patience, "so does that of its request");
        Assert.Superset(new HashSet<string> { "POST /api/leases", "camera.acquire", "store.acquire", "camera.open" }, Assert.Single(Traces(receiver)).ToHashSet());
        await here.ReleaseAsync(lease);
    }

    [Fact]
    public async Task A_socket_that_renews_its_leases_makes_no_trace_of_it_and_its_loss_does()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await StartAsync(receiver, "quiet-c", "--Presence:Grace=00:00:00.500");
        await using (var page = await PageSocket.OpenAsync(node.Address, Session, ("X-Api-Key", TestSecrets.ApiKey)))
        {
            await page.HearAsync("hello");
            await node.AcquireAsync("quiet-c-demo", Session, ttlSeconds: 5);
            await Eventually.TrueAsync(() => Calls(receiver).GetValueOrDefault("renew") >= 3, s_patience, "the lease is renewed");
        }

        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "camera.release"), s_patience, "the end of the lease is traced");
        Assert.DoesNotContain(receiver.Spans, span => span.Name == "store.renew");
        var released = Assert.Single(receiver.Spans, span => span.Name == "camera.release");
        var acquired = Assert.Single(receiver.Spans, span => span.Name == "camera.acquire");
        Assert.Equal([acquired.Context], released.Links);

        // Ended by a timer, after the request that began it: its exemplar still leads to a trace that was exported.
        await Eventually.TrueAsync(
            () => receiver.Points.Any(point => point.Instrument.Name == "attendance.camera.release.duration" && point.Traces.Contains(released.TraceId)),
            s_patience, "the exemplar of the release arrives");
    }

    [Fact]
    public async Task A_request_that_its_sender_does_not_sample_makes_no_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var node = await StartAsync(receiver, "quiet-d");
        using (var poll = new HttpRequestMessage(HttpMethod.Get, "/api/cameras"))
        {
            poll.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
            using var answer = await node.Http.SendAsync(poll, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using (var asked = await node.Http.GetAsync("/api/cameras/quiet-d-demo", Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        }

        await Eventually.TrueAsync(() => receiver.Spans.Any(), s_patience, "the trace of the other one arrives");
        Assert.All(receiver.Spans, span => Assert.Equal("GET /api/cameras/{cameraId}", span.Name));
    }

    private Task<NodeProcess> StartAsync(OtlpReceiver receiver, string name, params string[] settings) => NodeProcess.StartAsync(
        store.ConnectionString, name, [$"--Cameras:{name}-demo:Source=test-pattern", .. AspireSettings.For(receiver.Address), .. settings]);

    private static Dictionary<string, double> Calls(OtlpReceiver receiver) => receiver.Points
        .Where(point => point.Instrument.Name == "attendance.store.duration")
        .GroupBy(point => point.Attributes["attendance.store.operation"])
        .ToDictionary(group => group.Key, group => group.Sum(point => point.Value));

    /// <summary>Returns the traces, without those of the test's own requests for whether the nodes know each other.</summary>
    /// <returns>The names of the spans of each.</returns>
    private static List<List<string>> Traces(OtlpReceiver receiver) =>
    [
        .. receiver.Spans.GroupBy(span => span.TraceId).Where(trace => !trace.Any(span => span.Name == "GET /api/cameras"))
            .Select(trace => trace.Select(span => span.Name).ToList()),
    ];
}

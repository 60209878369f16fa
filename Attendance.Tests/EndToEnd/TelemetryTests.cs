using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Attendance.CameraApi.Telemetry;
using Attendance.Tests.Hosts;
using Attendance.Tests.Programs;
using Attendance.Tests.Telemetry;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>What leaves the system by OTLP, as a collector receives it.</summary>
[Trait("Suite", "EndToEnd")]
public sealed class TelemetryTests
{
    private const string Session = "camera_123456789_abc123", Neighbour = "camera_123456789_neighbour", Baggage = "kept-in-the-suitcase";

    // What a page makes up: the trace, and a span of its own that nobody exports.
    private const string Clicked = "0af7651916cd43dd8448eb211c80319c", Again = "1bf7651916cd43dd8448eb211c80319c", PageSpan = "b7ad6b7169203331";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The beginnings of the names of instruments that nothing here causes: a quarantine needs a kernel that does not let go, an alert needs a
    /// leak, a check-in needs somebody who is enrolled, a pairing needs a phone, a mail a mail server, a webhook somebody who is told, and nothing is
    /// deleted by its age on the first day.
    /// </summary>
    private static readonly string[] s_notHere =
    [
        "attendance.camera.quarantined", "attendance.camera.leak.open", "attendance.alert.", "attendance.checkin.recorded", "attendance.recognition.", "attendance.live.",
        "attendance.phone_pairing.", "attendance.mail.", "attendance.webhook.", "attendance.retention.",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_exported_is_what_is_described_and_one_trace_leads_from_the_page_to_the_worker_and_back()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        await using var system = await AttendanceSystem.StartAsync(
            Cancel,
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}",
            "--Cameras:second:Source=test-pattern",
            "--Leases:MaxBrowserCameras=0",
            "--Capture:StallTimeout=00:00:01",
            "--Capture:ReleaseTimeout=00:00:00.300");
        await Leftover.LeaveAsync(system, "second", Cancel);

        // By the way a page takes: through Web to the API.
        var first = await AcquireAsync(system, Clicked);
        using (var refused = await system.Api.PostAsJsonAsync("/api/leases", new { session_id = Neighbour, camera_id = "demo" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        await UseAsync(system, first);
        using (var released = await SendAsync(system.Operator, HttpMethod.Delete, $"/api/leases/{first.Id}?reason=manual", Clicked))
        {
            Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        }

        // Given back by a beacon, which has no headers; and its worker hangs meanwhile, then dies.
        var second = await AcquireAsync(system, Again);
        await HangAsync(receiver);
        using (var beacon = await system.Visitor.PostAsJsonAsync("/api/camera/cleanup/", new { session_id = Session, reason = "page_hide" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, beacon.StatusCode);
        }

        // And lost with the socket of its page.
        var third = await system.AcquireAsync("demo", Session);
        await LoseAsync(system);
        using (var probed = await system.Api.PostAsync("/api/cameras/demo/probe", null, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, probed.StatusCode);
        }

        using (var beyond = await system.Api.PostAsJsonAsync("/api/leases", new { session_id = Session, camera_id = $"browser-{new string('a', 32)}-{new string('b', 16)}" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, beyond.StatusCode);
        }

        await using (var redis = await ConnectionMultiplexer.ConnectAsync(await system.ConnectionStringAsync(Cancel)))
        {
            await redis.GetDatabase().ListRightPushAsync("attendance:audit", "{"); // somebody else has written there
            using var audit = await system.Api.GetAsync("/api/audit", Cancel);
            Assert.Equal(HttpStatusCode.OK, audit.StatusCode);
        }

        await Eventually.TrueAsync(() => Missing(receiver).Count == 0, s_patience, "instruments arrive", () => $"Missing: {string.Join(", ", Missing(receiver))}");
        await Eventually.TrueAsync(
            () => Ours(receiver).Count(span => span.Name == "camera.release") == 4, s_patience, "the spans of three releases, and of a probe's, arrive");

        AssertOneTrace(receiver);
        AssertLinks(receiver);
        AssertDescribed(receiver);
        AssertExemplars(receiver);
        foreach (var secret in (string[])[first.Id, second.Id, third.Id, Session, Neighbour, Baggage, TestSecrets.ApiKey, AttendanceSystem.AdminPassword])
        {
            Assert.Null(receiver.Around(secret));
        }

        Assert.Contains(receiver.LogRecords, record => record.Text.Contains(first.Ref, StringComparison.Ordinal));
        Assert.Contains(receiver.LogRecords, record => record.TraceId == Clicked);
        Assert.NotNull(receiver.Around("/api/sessions/REDACTED/presence"));
    }

    private static IEnumerable<ReceivedSpan> Ours(OtlpReceiver receiver) => receiver.Spans.Where(span => span.Scope == CameraApiActivity.Name);

    private static async Task<Lease> AcquireAsync(AttendanceSystem system, string trace)
    {
        using var acquired = await SendAsync(
            system.Operator, HttpMethod.Post, "/api/leases", trace, JsonContent.Create(new { session_id = Session, camera_id = "demo" }));
        Assert.Equal(HttpStatusCode.Created, acquired.StatusCode);
        return Lease.From(await acquired.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string target, string trace, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, target) { Content = body };
        request.Headers.Add("traceparent", $"00-{trace}-{PageSpan}-01");
        request.Headers.Add("baggage", $"secret={Baggage}");
        request.Headers.Add("Correlation-Context", $"secret={Baggage}");
        return await client.SendAsync(request, Cancel);
    }

    /// <summary>A picture, a stream for as long as it takes to be counted, a renewal.</summary>
    private static async Task UseAsync(AttendanceSystem system, Lease lease)
    {
        using var snapshot = await system.Operator.GetAsync(lease.SnapshotUrl, Cancel);
        using var renewed = await system.Operator.PutAsync($"/api/leases/{lease.Id}", null, Cancel);
        using var stream = await system.Operator.GetAsync(lease.StreamUrl, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [snapshot.StatusCode, renewed.StatusCode, stream.StatusCode]);
    }

    /// <summary>First it shows nothing any more and is replaced; then the next one is stopped, so that asking does not end it.</summary>
    private static async Task HangAsync(OtlpReceiver receiver)
    {
        Processes.Signal(await WorkerAsync(receiver, span => span.TraceId == Again), "STOP");
        Processes.Signal(await WorkerAsync(receiver, span => span.TraceId is not (Clicked or Again)), "STOP");
    }

    private static async Task<int> WorkerAsync(OtlpReceiver receiver, Func<ReceivedSpan, bool> isIts)
    {
        ReceivedSpan? span = null;
        await Eventually.TrueAsync(
            () => (span = Ours(receiver).FirstOrDefault(one => one.Name == "worker.open" && isIts(one))) is not null, s_patience, "the worker's span arrives");
        return int.Parse(span!.Attributes["process.pid"], CultureInfo.InvariantCulture);
    }

    /// <summary>Its grace goes by, and its camera is free.</summary>
    private static async Task LoseAsync(AttendanceSystem system)
    {
        await using (var page = await system.SocketAsync(Session))
        {
            await page.HearAsync("hello");
        }

        await Eventually.TrueAsync(async () => await system.StateAsync("demo") == "available", s_patience, "a lost session's camera is free");
    }

    /// <summary>The described instruments that have not arrived, except those that nothing here causes.</summary>
    private static List<string> Missing(OtlpReceiver receiver) =>
    [
        .. Instruments.All().Select(one => one.Name)
            .Where(name => !s_notHere.Any(other => name.StartsWith(other, StringComparison.Ordinal)))
            .Except(receiver.Points.Select(point => point.Instrument.Name)),
    ];

    /// <summary>Each is the child of the one before it, from what the page has made up to the worker; and back.</summary>
    private static void AssertOneTrace(OtlpReceiver receiver)
    {
        var trace = receiver.Spans.Where(span => span.TraceId == Clicked).ToList();
        ReceivedSpan One(string service, string name, string parent) =>
            Assert.Single(trace, span => span.Sender.Service == service && span.Name.StartsWith(name, StringComparison.Ordinal) && span.ParentId == parent);

        foreach (var (verb, ours) in (ReadOnlySpan<(string, string)>)[("POST", "camera.acquire"), ("DELETE", "camera.release")])
        {
            var atWeb = One("web", verb + " ", PageSpan);
            var asked = One("web", verb, atWeb.SpanId);
            var atApi = One("camera-api", verb + " ", asked.SpanId);
            var done = One("camera-api", ours, atApi.SpanId);
            One("camera-api", ours == "camera.acquire" ? "store.acquire" : "store.release", done.SpanId);
        }

        var acquire = Assert.Single(trace, span => span.Name == "camera.acquire");
        var open = One("camera-api", "camera.open", acquire.SpanId);
        var worker = One("camera-api", "worker.open", open.SpanId);
        Assert.InRange(worker.Start, open.Start.AddMilliseconds(-1), open.End);
        Assert.InRange(worker.End, worker.Start, open.End.AddMilliseconds(1));
        Assert.Contains("device.opened", worker.Events);
        One("camera-api", "camera.close", Assert.Single(trace, span => span.Name == "camera.release").SpanId);
    }

    private static void AssertLinks(OtlpReceiver receiver)
    {
        var releases = Ours(receiver).Where(span => span.Name == "camera.release").ToLookup(span => span.Attributes["attendance.lease.release_reason"]);
        var acquires = Ours(receiver).Where(span => span.Name == "camera.acquire" && span.Attributes["attendance.lease.outcome"] == "granted").OrderBy(span => span.Start).ToList();
        Assert.Equal(3, acquires.Count);

        Assert.Equal([acquires[0].Context], Assert.Single(releases["manual"]).Links);

        // In the trace of the request that ended it.
        var beacon = Assert.Single(releases["page_hide"]);
        Assert.Equal([acquires[1].Context], beacon.Links);
        Assert.NotEqual(Again, beacon.TraceId);
        Assert.Contains(receiver.Spans, span => span.SpanId == beacon.ParentId && span.Name.StartsWith("POST ", StringComparison.Ordinal));
        var steps = Ours(receiver).Where(span => span.Name == "camera.close" && span.ParentId == beacon.SpanId).OrderBy(span => span.Start).ToList();
        Assert.Equal(["release", "terminate", "kill"], steps.Select(step => step.Attributes["attendance.release.step"]));
        Assert.Equal(["1", "2", "3"], steps.Select(step => step.Attributes["attendance.release.attempt"]));
        Assert.Equal([true, true, false], steps.Select(step => step.IsError));

        // Nobody asked for this end.
        var lost = Assert.Single(releases["disconnected"]);
        var expired = Assert.Single(Ours(receiver), span => span.Name == "lease.expire" && span.SpanId == lost.ParentId);
        Assert.Equal(("", acquires[2].Context), (expired.ParentId, Assert.Single(expired.Links)));
        Assert.Equal([acquires[2].Context], lost.Links);

        // A worker that replaced another under the lease.
        Assert.Contains(Ours(receiver), span => span.Name == "camera.open" && span.ParentId == "" && span.Links.Contains(acquires[1].Context));
    }

    /// <summary>Names, kinds, units and attributes are those that docs/telemetry.md is made of.</summary>
    private static void AssertDescribed(OtlpReceiver receiver)
    {
        var described = Instruments.All().ToDictionary(one => one.Name);
        foreach (var point in receiver.Points.Where(point => point.Instrument.Scope == CameraApiActivity.Name))
        {
            var known = described[point.Instrument.Name];
            Assert.Equal((known.Kind.Replace("Observable", "", StringComparison.Ordinal), known.Unit, known.Description), (point.Instrument.Kind, point.Instrument.Unit, point.Instrument.Description));
            Assert.Equal(known.Bounds, point.Bounds);
            Assert.Subset(known.Attributes.ToHashSet(), point.Attributes.Keys.ToHashSet());
            Assert.Superset(known.Attributes.Except(["error.type"]).ToHashSet(), point.Attributes.Keys.ToHashSet());
        }

        foreach (var span in Ours(receiver))
        {
            var (_, attributes) = TelemetryDocument.Spans.First(one => span.Name == one.Key || (one.Key.EndsWith('.') && span.Name.StartsWith(one.Key, StringComparison.Ordinal))).Value;
            Assert.Superset(attributes.Except(["error.type"]).ToHashSet(), span.Attributes.Keys.ToHashSet());
            Assert.Subset(attributes.ToHashSet(), span.Attributes.Keys.ToHashSet());
        }
    }

    private static void AssertExemplars(OtlpReceiver receiver)
    {
        bool Leads(string instrument, string trace) => receiver.Points.Any(point => point.Instrument.Name == instrument && point.Traces.Contains(trace));
        Assert.True(Leads("attendance.camera.open.duration", Clicked) || Leads("attendance.camera.open.duration", Again));
        Assert.True(Leads("attendance.camera.release.duration", Clicked));
        Assert.Contains(receiver.Points, point => point.Instrument.Name == "attendance.store.duration" && point.Traces.Count > 0);
    }
}

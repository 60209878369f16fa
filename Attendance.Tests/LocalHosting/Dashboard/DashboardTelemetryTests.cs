using System.Text.Json;
using Attendance.LocalHosting.Dashboard;
using Attendance.Otlp;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>What is sent to the dashboard by OTLP, and what it then shows.</summary>
public sealed class DashboardTelemetryTests
{
    private const string On = "--Dashboard:Enabled=true";
    private static readonly DateTimeOffset s_then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task Who_has_not_the_key_is_not_heard(string? key)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        using var stranger = new OtlpSender(visit.Access.Otlp!, key);

        Assert.Equal("16", await stranger.SendAsync(Logs("web", 17, "I was never here"), Cancel));
        Assert.Equal("16", await stranger.SendAsync(new ExportTraceServiceRequest(), Cancel));
        Assert.Equal("16", await stranger.SendAsync(new ExportMetricsServiceRequest(), Cancel));
        Assert.Equal(0, (await visit.JsonAsync("/api/logs", Cancel)).GetArrayLength());
    }

    [Fact]
    public async Task Logs_are_found_by_resource_level_text_and_trace_and_their_errors_counted_until_seen()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        builder.AddShell("web", "sleep 1000");
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        using var sender = new OtlpSender(visit.Access.Otlp!, visit.Access.OtlpKey);
        Assert.Equal("0", await sender.SendAsync(Logs("web", 9, "Borrowed the front door"), Cancel));
        Assert.Equal("0", await sender.SendAsync(Logs("web", 17, "The front door leaks"), Cancel));
        Assert.Equal("0", await sender.SendAsync(Logs("camera-api", 13, "The back door is slow"), Cancel));

        async Task<string[]> FindAsync(string query) =>
            [.. (await visit.JsonAsync($"/api/logs?{query}", Cancel)).EnumerateArray().Select(log => log.GetProperty("message").GetString()!)];
        Assert.Equal(["The back door is slow", "The front door leaks", "Borrowed the front door"], await FindAsync(""));
        Assert.Equal(["The front door leaks", "Borrowed the front door"], await FindAsync("resource=web"));
        Assert.Equal(["The back door is slow", "The front door leaks"], await FindAsync("severity=13"));
        Assert.Equal(["The front door leaks", "Borrowed the front door"], await FindAsync("text=FRONT"));
        Assert.Equal(["The front door leaks"], await FindAsync($"trace={Convert.ToHexStringLower(OtlpSender.Id(17, 16).Span)}"));
        var leak = (await visit.JsonAsync("/api/logs?severity=17", Cancel))[0];
        Assert.Equal(s_then.ToUnixTimeMilliseconds(), leak.GetProperty("at").GetDouble());
        Assert.Equal("door", leak.GetProperty("attributes").GetProperty("camera").GetString());

        Task<JsonElement> HearErrorsAsync(int count) => visit.HearAsync(
            "/api/live", (name, data) => name == "resources" && data[0].GetProperty("errors").GetInt32() == count, Cancel);
        await HearErrorsAsync(1);
        using var seen = await visit.PostAsync("/api/logs/seen?resource=web", Cancel);
        await HearErrorsAsync(0);
    }

    [Fact]
    public async Task A_trace_is_put_together_from_all_resources()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        using var sender = new OtlpSender(visit.Access.Otlp!, visit.Access.OtlpKey);

        // The one that was called tells first, as it ends first.
        await sender.SendAsync(Spans("camera-api", Span(1, 2, 1, "camera.acquire", 10, 20, isError: true)), Cancel);
        await sender.SendAsync(Spans("web", Span(1, 1, 0, "POST /api/leases", 0, 50), Span(2, 9, 0, "GET /", 100, 1)), Cancel);

        var traces = await visit.JsonAsync("/api/traces", Cancel);
        Assert.Equal(["GET /", "POST /api/leases"], traces.EnumerateArray().Select(trace => trace.GetProperty("name").GetString()));
        var trace = traces[1];
        Assert.Equal(("web", 50.0, 2, 1), (
            trace.GetProperty("resource").GetString(), trace.GetProperty("duration").GetDouble(), trace.GetProperty("spans").GetInt32(),
            trace.GetProperty("errors").GetInt32()));
        var spans = await visit.JsonAsync($"/api/traces/{trace.GetProperty("id").GetString()}", Cancel);
        Assert.Equal(["POST /api/leases", "camera.acquire"], spans.EnumerateArray().Select(span => span.GetProperty("name").GetString()));
        Assert.Equal(spans[0].GetProperty("spanId").GetString(), spans[1].GetProperty("parentId").GetString());
        Assert.Equal(10, spans[1].GetProperty("start").GetDouble() - spans[0].GetProperty("start").GetDouble(), 0.01);
        Assert.Equal(1, (await visit.JsonAsync("/api/traces?errors=true", Cancel)).GetArrayLength());
        Assert.Equal(1, (await visit.JsonAsync("/api/traces?text=acquire", Cancel)).GetArrayLength());
        Assert.Equal(1, (await visit.JsonAsync("/api/traces?resource=camera-api", Cancel)).GetArrayLength());
        Assert.Equal(0, (await visit.JsonAsync("/api/traces/00", Cancel)).GetArrayLength());
    }

    [Fact]
    public async Task Measurements_are_shown_by_their_attributes_and_histograms_as_percentiles_of_what_came_in_between()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        await using var app = await builder.StartAsync();
        using var visit = await DashboardVisit.SignedInAsync(app, Cancel);
        using var sender = new OtlpSender(visit.Access.Otlp!, visit.Access.OtlpKey);
        await sender.SendAsync(Measured(0, [("demo", 1), ("door", 5)], [1000, 0, 0]), Cancel);
        await sender.SendAsync(Measured(1, [("demo", 2), ("door", 6)], [1000, 100, 0]), Cancel);

        var instruments = await visit.JsonAsync("/api/metrics/camera-api", Cancel);
        Assert.Equal(["frames:Counter", "open:Histogram"], instruments.EnumerateArray().Select(one => $"{one.GetProperty("name")}:{one.GetProperty("kind")}"));
        var frames = await visit.JsonAsync("/api/metrics/camera-api/frames", Cancel);
        Assert.Equal(["demo", "door"], frames.GetProperty("attributes").GetProperty("camera").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(2, frames.GetProperty("series").GetArrayLength());
        var door = Assert.Single((await visit.JsonAsync("/api/metrics/camera-api/frames?camera=door", Cancel)).GetProperty("series").EnumerateArray().ToList());
        Assert.Equal([5.0, 6.0], door.GetProperty("values").GetProperty("value").EnumerateArray().Select(value => value.GetDouble()));

        // The thousand quick ones came first: since then all were between 1 and 2.
        var open = (await visit.JsonAsync("/api/metrics/camera-api/open", Cancel)).GetProperty("series")[0].GetProperty("values");
        double[] Shown(string line) => [.. open.GetProperty(line).EnumerateArray().Select(value => Math.Round(value.GetDouble(), 3))];
        Assert.Equal([0.5, 1.5], Shown("p50"));
        Assert.Equal([0.99, 1.99], Shown("p99"));
    }

    [Fact]
    public async Task A_project_sends_to_the_dashboard_unless_another_collector_was_asked_for()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(On);
        builder.AddProject<ProbeProject>("probe");
        await using var app = await builder.StartAsync();
        var access = app.Services.GetRequiredService<DashboardAccess>();
        var given = await app.OutputAsync("probe", "ready");
        Assert.Contains($"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:{access.Otlp!.Port}", given);
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc", given);
        Assert.Contains($"OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key={access.OtlpKey}", given);

        await using var other = DistributedApplicationTestingBuilder.Create(On, "--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317");
        other.AddProject<ProbeProject>("probe");
        await using var otherApp = await other.StartAsync();
        var otherGiven = await otherApp.OutputAsync("probe", "ready");
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", otherGiven);
        Assert.DoesNotContain(otherGiven, line => line.StartsWith("OTEL_EXPORTER_OTLP_HEADERS=", StringComparison.Ordinal));
    }

    private static ExportLogsServiceRequest Logs(string resource, int severity, string message) => new()
    {
        ResourceLogs =
        {
            new ResourceLogs
            {
                Resource = OtlpSender.Resource(resource),
                ScopeLogs =
                {
                    new ScopeLogs
                    {
                        Scope = new InstrumentationScope { Name = "Attendance.Doors" },
                        LogRecords =
                        {
                            new LogRecord
                            {
                                TimeUnixNano = OtlpSender.Nanoseconds(s_then), SeverityNumber = severity, Body = new AnyValue { StringValue = message },
                                TraceId = OtlpSender.Id(severity, 16), Attributes = { OtlpSender.Attribute("camera", "door") },
                            },
                        },
                    },
                },
            },
        },
    };

    private static ExportTraceServiceRequest Spans(string resource, params Span[] spans) => new()
    {
        ResourceSpans = { new ResourceSpans { Resource = OtlpSender.Resource(resource), ScopeSpans = { new ScopeSpans { Spans = { spans } } } } },
    };

    private static Span Span(int trace, int id, int parent, string name, int start, int length, bool isError = false) => new()
    {
        TraceId = OtlpSender.Id(trace, 16),
        SpanId = OtlpSender.Id(id, 8),
        ParentSpanId = parent == 0 ? Google.Protobuf.ByteString.Empty : OtlpSender.Id(parent, 8),
        Name = name,
        StartTimeUnixNano = OtlpSender.Nanoseconds(s_then.AddMilliseconds(start)),
        EndTimeUnixNano = OtlpSender.Nanoseconds(s_then.AddMilliseconds(start + length)),
        Status = new Status { Code = isError ? StatusCode.Error : StatusCode.Unset },
    };

    private static ExportMetricsServiceRequest Measured(int second, (string Camera, int Frames)[] frames, ulong[] buckets) => new()
    {
        ResourceMetrics =
        {
            new ResourceMetrics
            {
                Resource = OtlpSender.Resource("camera-api"),
                ScopeMetrics =
                {
                    new ScopeMetrics
                    {
                        Metrics =
                        {
                            new Metric
                            {
                                Name = "frames",
                                Sum = new Sum
                                {
                                    IsMonotonic = true,
                                    AggregationTemporality = AggregationTemporality.Cumulative,
                                    DataPoints =
                                    {
                                        frames.Select(one => new NumberDataPoint
                                        {
                                            TimeUnixNano = OtlpSender.Nanoseconds(s_then.AddSeconds(second)), AsInt = one.Frames,
                                            Attributes = { OtlpSender.Attribute("camera", one.Camera) },
                                        }),
                                    },
                                },
                            },
                            new Metric
                            {
                                Name = "open",
                                Unit = "s",
                                Histogram = new Histogram
                                {
                                    AggregationTemporality = AggregationTemporality.Cumulative,
                                    DataPoints =
                                    {
                                        new HistogramDataPoint
                                        {
                                            TimeUnixNano = OtlpSender.Nanoseconds(s_then.AddSeconds(second)), ExplicitBounds = { 1, 2 },
                                            BucketCounts = { buckets }, Count = buckets.Aggregate(0UL, (sum, count) => sum + count),
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    };
}

using System.Globalization;
using Attendance.LocalHosting.Dashboard;
using Attendance.LocalHosting.Dashboard.Telemetry;
using Attendance.Otlp;
using Xunit;

namespace Attendance.Tests.LocalHosting.Dashboard;

/// <summary>However long the application runs and whatever it sends, the dashboard keeps a bounded part of it: the newest.</summary>
public sealed class DashboardBoundsTests
{
    private static readonly Dictionary<string, string> s_none = [];

    [Fact]
    public void Of_each_resource_the_last_logs_are_kept()
    {
        var logs = new LogStore(new Changes());
        logs.Add([Log("quiet", "one")]);
        logs.Add(Enumerable.Range(0, LogStore.KeptByResource + 500).Select(i => Log("noisy", $"{i}")));

        var kept = logs.Find(new LogQuery("noisy", 0, null, null), int.MaxValue);
        Assert.Equal(LogStore.KeptByResource, kept.Count);
        Assert.Equal(("10499", "500"), (kept[0].Message, kept[^1].Message));
        Assert.Single(logs.Find(new LogQuery("quiet", 0, null, null), 10));
        logs.Add(Enumerable.Range(0, 1000).Select(i => Log($"resource{i}", "")));
        Assert.True(logs.Find(new LogQuery(null, 0, null, null), int.MaxValue).Select(log => log.Resource).Distinct().Count() <= 64);
    }

    [Fact]
    public void Of_each_resource_the_last_traces_are_kept_and_of_each_trace_so_many_spans()
    {
        var traces = new TraceStore(new Changes());
        traces.Add([Span("quiet", "q", 0)]);
        traces.Add(Enumerable.Range(0, TraceStore.KeptByResource + 5).Select(i => Span("noisy", $"{i}", i)));
        traces.Add(Enumerable.Range(0, TraceStore.SpansOfATrace + 5).Select(i => Span("noisy", "10004", i)));

        var kept = traces.Find(new TraceQuery("noisy", null, OnlyErrors: false), int.MaxValue);
        Assert.Equal(TraceStore.KeptByResource, kept.Count);
        Assert.DoesNotContain(kept, trace => trace.Id is "0" or "4");
        Assert.Contains(kept, trace => trace.Id == "5");
        Assert.Equal(TraceStore.SpansOfATrace, traces.SpansOf("10004").Count);
        Assert.Single(traces.SpansOf("q"));
    }

    [Fact]
    public void Large_traces_push_out_old_ones()
    {
        var traces = new TraceStore(new Changes());
        for (var trace = 0; trace < 150; trace++)
        {
            traces.Add(Enumerable.Range(0, TraceStore.SpansOfATrace).Select(i => Span("noisy", $"{trace}", i)));
        }

        var kept = traces.Find(new TraceQuery(null, null, OnlyErrors: false), int.MaxValue);
        Assert.Equal(TraceStore.KeptSpans, kept.Sum(trace => trace.Spans));
        Assert.Empty(traces.SpansOf("0"));
        Assert.NotEmpty(traces.SpansOf("149"));
    }

    [Fact]
    public void Of_each_series_the_last_points_are_kept_and_of_each_instrument_so_many_series()
    {
        var metrics = new MetricStore(new Changes());
        for (var second = 0; second < MetricStore.KeptPoints + 50; second++)
        {
            metrics.Add("api", "scope", [Gauge("load", second, "one")]);
        }

        metrics.Add("api", "scope", Enumerable.Range(0, MetricStore.MostSeries + 50).Select(i => Gauge("load", 0, $"{i}")));
        metrics.Add("api", "scope", Enumerable.Range(0, MetricStore.MostInstruments + 50).Select(i => Gauge($"load{i}", 0, "")));

        var one = metrics.ChartOf("api", "load", new Dictionary<string, string> { ["name"] = "one" })!.Series.Single();
        Assert.Equal(MetricStore.KeptPoints, one.Times.Count);
        Assert.Equal((50_000.0, 649_000.0), (one.Times[0], one.Times[^1]));
        Assert.Equal(MetricStore.MostSeries, metrics.ChartOf("api", "load", s_none)!.Attributes["name"].Count);
        Assert.Equal(MetricStore.MostInstruments, metrics.InstrumentsOf("api").Count);
    }

    [Fact]
    public void No_text_is_kept_longer_than_can_be_read()
    {
        var text = OtlpText.Of(new AnyValue { StringValue = new string('x', 1_000_000) });
        var nested = new AnyValue { ArrayValue = new ArrayValue() };
        nested.ArrayValue.Values.Add(Enumerable.Repeat(new AnyValue { StringValue = new string('x', 4000) }, 100));

        Assert.Equal(4097, text.Length);
        Assert.Equal(4097, OtlpText.Of(nested).Length);
        var attributes = new Google.Protobuf.Collections.RepeatedField<KeyValue>();
        attributes.Add(Enumerable.Range(0, 1000).Select(i => OtlpSender.Attribute($"{i}", "")));
        Assert.Equal(64, OtlpText.Of(attributes).Count);
    }

    [Theory]
    [InlineData(new ulong[] { 0, 0, 0 }, 0.5, null)]
    [InlineData(new ulong[] { 10, 0, 0 }, 0.5, 0.5)]
    [InlineData(new ulong[] { 10, 10, 0 }, 0.5, 1.0)]
    [InlineData(new ulong[] { 10, 10, 0 }, 0.75, 1.5)]
    [InlineData(new ulong[] { 0, 0, 7 }, 0.99, 2.0)] // somewhere above the last bound
    public void Percentiles_lie_on_a_straight_line_within_their_bucket(ulong[] buckets, double share, double? expected) =>
        Assert.Equal(expected, new MetricPoint(0, 0, [1, 2], buckets).Percentile(share));

    [Fact]
    public void A_counter_that_began_anew_is_not_taken_for_a_smaller_one()
    {
        var before = new MetricPoint(0, 0, [1], [100, 100]);
        Assert.Equal([5UL, 3UL], new MetricPoint(1, 0, [1], [105, 103]).Since(before).Buckets);
        Assert.Equal([5UL, 3UL], new MetricPoint(1, 0, [1], [5, 3]).Since(before).Buckets);
    }

    private static LogEntry Log(string resource, string message) => new(0, resource, 0, 9, "Information", "", message, "", "", s_none);

    private static SpanEntry Span(string resource, string trace, int id) => new(
        trace, id.ToString(CultureInfo.InvariantCulture), "", resource, "", "span", "Internal", id, 1, false, "", s_none, []);

    private static Metric Gauge(string name, int second, string series) => new()
    {
        Name = name,
        Gauge = new Gauge
        {
            DataPoints = { new NumberDataPoint { TimeUnixNano = (ulong)second * 1_000_000_000, AsDouble = 1, Attributes = { OtlpSender.Attribute("name", series) } } },
        },
    };
}

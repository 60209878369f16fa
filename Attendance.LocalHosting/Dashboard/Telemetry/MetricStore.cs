using Attendance.Otlp;

namespace Attendance.LocalHosting.Dashboard.Telemetry;

internal sealed record Instrument(string Scope, string Name, string Description, string Unit, string Kind);

/// <param name="Values">By name: one line of the chart each, with null where there is nothing to say.</param>
internal sealed record MetricSeries(
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<double> Times, IReadOnlyDictionary<string, IReadOnlyList<double?>> Values);

/// <param name="Attributes">What there is to choose from, by attribute.</param>
/// <param name="Left">How many series fit and are not shown.</param>
internal sealed record MetricChart(
    Instrument Instrument, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes, IReadOnlyList<MetricSeries> Series, int Left);

/// <summary>The last points of every instrument of every resource, by their attributes.</summary>
internal sealed class MetricStore(Changes changes)
{
    public const int KeptPoints = 600; // ten minutes where they come every second
    public const int MostSeries = 200;
    public const int MostInstruments = 500;
    private const int MostResources = 64;
    private const int SeriesShown = 8;

    private static readonly int[] s_percentiles = [50, 90, 99];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, Measured>> _resources = new(StringComparer.OrdinalIgnoreCase);
    private long _count;

    /// <summary>How many points there have been.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(string resource, string scope, IEnumerable<Metric> metrics)
    {
        lock (_gate)
        {
            foreach (var metric in metrics)
            {
                Add(resource, scope, metric);
            }
        }

        changes.Raise();
    }

    public IReadOnlyList<Instrument> InstrumentsOf(string resource)
    {
        lock (_gate)
        {
            return _resources.TryGetValue(resource, out var instruments)
                ? [.. instruments.Values.Select(measured => measured.Instrument).OrderBy(instrument => instrument.Name, StringComparer.Ordinal)]
                : [];
        }
    }

    /// <param name="wanted">Attributes that the series must have.</param>
    /// <returns>Null where the instrument is not known.</returns>
    public MetricChart? ChartOf(string resource, string name, IReadOnlyDictionary<string, string> wanted)
    {
        lock (_gate)
        {
            if (!_resources.TryGetValue(resource, out var instruments) || !instruments.TryGetValue(name, out var measured))
            {
                return null;
            }

            var choices = measured.Series.Values.SelectMany(series => series.Attributes).Distinct()
                .GroupBy(pair => pair.Key, pair => pair.Value)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Order(StringComparer.Ordinal)]);
            var fitting = measured.Series.Values
                .Where(series => wanted.All(pair => series.Attributes.TryGetValue(pair.Key, out var value) && value == pair.Value)).ToList();
            return new MetricChart(
                measured.Instrument, choices, [.. fitting.Take(SeriesShown).Select(series => series.Show())], Math.Max(0, fitting.Count - SeriesShown));
        }
    }

    private void Add(string resource, string scope, Metric metric)
    {
        if (InstrumentOf(resource, scope, metric) is not { } measured)
        {
            return;
        }

        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                AddValues(measured, metric.Gauge.DataPoints, isDelta: false);
                break;
            case Metric.DataOneofCase.Sum:
                AddValues(measured, metric.Sum.DataPoints, metric.Sum.AggregationTemporality == AggregationTemporality.Delta);
                break;
            case Metric.DataOneofCase.Histogram:
                var isDelta = metric.Histogram.AggregationTemporality == AggregationTemporality.Delta;
                foreach (var point in metric.Histogram.DataPoints)
                {
                    Add(measured, OtlpText.Of(point.Attributes), isDelta, new MetricPoint(
                        OtlpText.Time(point.TimeUnixNano), point.Count, [.. point.ExplicitBounds], [.. point.BucketCounts]));
                }

                break;
            default:
                break; // a summary, or what is not invented yet: nothing of .NET sends it
        }
    }

    private void AddValues(Measured measured, IEnumerable<NumberDataPoint> points, bool isDelta)
    {
        foreach (var point in points)
        {
            var value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
            Add(measured, OtlpText.Of(point.Attributes), isDelta, MetricPoint.Of(OtlpText.Time(point.TimeUnixNano), value));
        }
    }

    private void Add(Measured measured, Dictionary<string, string> attributes, bool isDelta, MetricPoint point)
    {
        var key = string.Join('\n', attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\r{pair.Value}"));
        if (!measured.Series.TryGetValue(key, out var series))
        {
            if (measured.Series.Count == MostSeries)
            {
                return;
            }

            measured.Series[key] = series = new Series(attributes);
        }

        series.Add(isDelta ? point.Plus(series.Last) : point);
        _count++;
    }

    private Measured? InstrumentOf(string resource, string scope, Metric metric)
    {
        if (!_resources.TryGetValue(resource, out var instruments))
        {
            if (_resources.Count == MostResources)
            {
                return null;
            }

            _resources[resource] = instruments = new Dictionary<string, Measured>(StringComparer.Ordinal);
        }

        if (!instruments.TryGetValue(metric.Name, out var measured) && instruments.Count < MostInstruments)
        {
            var kind = metric.DataCase == Metric.DataOneofCase.Sum && metric.Sum.IsMonotonic ? "Counter" : metric.DataCase.ToString();
            instruments[metric.Name] = measured = new Measured(new Instrument(
                scope, OtlpText.Cut(metric.Name), OtlpText.Cut(metric.Description), OtlpText.Cut(metric.Unit), kind));
        }

        return measured;
    }

    private sealed class Measured(Instrument instrument)
    {
        public Instrument Instrument => instrument;

        public Dictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Series(IReadOnlyDictionary<string, string> attributes)
    {
        private readonly Queue<MetricPoint> _points = [];
        private MetricPoint? _forgotten;

        public IReadOnlyDictionary<string, string> Attributes => attributes;

        public MetricPoint? Last { get; private set; }

        public void Add(MetricPoint point)
        {
            // Their own bounds again and again would be most of what is kept.
            Last = Last is not null && Last.Bounds.SequenceEqual(point.Bounds) ? point with { Bounds = Last.Bounds } : point;
            _points.Enqueue(Last);
            if (_points.Count > KeptPoints)
            {
                _forgotten = _points.Dequeue();
            }
        }

        public MetricSeries Show()
        {
            var points = _points.ToList();
            if (points.All(point => point.Buckets.Count == 0))
            {
                return new MetricSeries(
                    attributes, [.. points.Select(point => point.At)],
                    new Dictionary<string, IReadOnlyList<double?>> { ["value"] = [.. points.Select(point => (double?)point.Value)] });
            }

            // A percentile is of what came between two points, not of all that ever was. Before the first of all nothing was counted.
            List<MetricPoint> added = [.. points.Zip(points.Prepend(_forgotten), (point, before) => point.Since(before))];
            return new MetricSeries(
                attributes, [.. added.Select(point => point.At)],
                s_percentiles.ToDictionary(
                    percent => $"p{percent}",
                    percent => (IReadOnlyList<double?>)[.. added.Select(point => point.Percentile(percent / 100.0))]));
        }
    }
}

namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <param name="Start">Milliseconds since 1970.</param>
/// <param name="Duration">Milliseconds.</param>
internal sealed record SpanEntry(
    string TraceId, string SpanId, string ParentId, string Resource, string Scope, string Name, string Kind, double Start, double Duration,
    bool IsError, string StatusText, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<SpanEventEntry> Events);

internal sealed record SpanEventEntry(double At, string Name, IReadOnlyDictionary<string, string> Attributes);

internal sealed record TraceSummary(
    string Id, string Name, string Resource, double Start, double Duration, int Spans, int Errors, IReadOnlyDictionary<string, int> Resources);

internal sealed record TraceQuery(string? Resource, string? Text, bool OnlyErrors);

/// <summary>The last traces, each with its spans of all resources. It counts as one of the resource that was the first to tell of it.</summary>
internal sealed class TraceStore(Changes changes)
{
    public const int KeptByResource = 10_000;
    public const int SpansOfATrace = 1_000;

    /// <summary>Of all traces together: many small traces or some large ones.</summary>
    public const int KeptSpans = 100_000;
    private const int MostResources = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Trace> _traces = new(StringComparer.Ordinal);
    private readonly LinkedList<Trace> _order = [];
    private readonly Dictionary<string, LinkedList<Trace>> _byResource = new(StringComparer.OrdinalIgnoreCase);
    private int _spans;
    private long _count;

    /// <summary>How many spans there have been.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(IEnumerable<SpanEntry> spans)
    {
        lock (_gate)
        {
            foreach (var span in spans)
            {
                if (TraceOf(span) is { } trace && trace.Spans.Count < SpansOfATrace)
                {
                    trace.Spans.Add(span);
                    trace.Summary = null;
                    _spans++;
                    _count++;
                }
            }

            while (_spans > KeptSpans)
            {
                Forget(_order.First!.Value);
            }
        }

        changes.Raise();
    }

    /// <summary>The newest that fit, newest first.</summary>
    public IReadOnlyList<TraceSummary> Find(TraceQuery query, int atMost)
    {
        lock (_gate)
        {
            return [.. _order.Reverse().Where(trace => Fits(trace, query)).Take(atMost).Select(trace => trace.Summary ??= Summarize(trace))
                .OrderByDescending(trace => trace.Start)];
        }
    }

    /// <summary>The spans by their beginnings; none where the trace is not known, or not any more.</summary>
    public IReadOnlyList<SpanEntry> SpansOf(string traceId)
    {
        lock (_gate)
        {
            return _traces.TryGetValue(traceId, out var trace) ? [.. trace.Spans.OrderBy(span => span.Start)] : [];
        }
    }

    private Trace? TraceOf(SpanEntry span)
    {
        if (_traces.TryGetValue(span.TraceId, out var trace))
        {
            return trace;
        }

        if (!_byResource.TryGetValue(span.Resource, out var others))
        {
            if (_byResource.Count == MostResources)
            {
                return null;
            }

            _byResource[span.Resource] = others = [];
        }

        trace = new Trace(span.TraceId, span.Resource);
        _traces[span.TraceId] = trace;
        trace.Place = _order.AddLast(trace);
        trace.PlaceInResource = others.AddLast(trace);
        if (others.Count > KeptByResource)
        {
            Forget(others.First!.Value);
        }

        return trace;
    }

    private void Forget(Trace trace)
    {
        _traces.Remove(trace.Id);
        _order.Remove(trace.Place!);
        _byResource[trace.Resource].Remove(trace.PlaceInResource!);
        _spans -= trace.Spans.Count;
    }

    private static bool Fits(Trace trace, TraceQuery query) =>
        (query.Resource is not { Length: > 0 } resource || trace.Spans.Any(span => span.Resource.Equals(resource, StringComparison.OrdinalIgnoreCase)))
        && (!query.OnlyErrors || trace.Spans.Any(span => span.IsError))
        && (query.Text is not { Length: > 0 } text
            || trace.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase)
            || trace.Spans.Any(span => span.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
                || span.Attributes.Values.Any(value => value.Contains(text, StringComparison.OrdinalIgnoreCase))));

    private static TraceSummary Summarize(Trace trace)
    {
        var first = trace.Spans.MinBy(span => (span.ParentId.Length > 0, span.Start))!; // the root, where it has arrived
        var start = trace.Spans.Min(span => span.Start);
        return new TraceSummary(
            trace.Id, first.Name, first.Resource, start, trace.Spans.Max(span => span.Start - start + span.Duration),
            trace.Spans.Count, trace.Spans.Count(span => span.IsError),
            trace.Spans.CountBy(span => span.Resource).ToDictionary());
    }

    private sealed class Trace(string id, string resource)
    {
        public string Id => id;

        public string Resource => resource;

        public List<SpanEntry> Spans { get; } = [];

        public TraceSummary? Summary { get; set; }

        public LinkedListNode<Trace>? Place { get; set; }

        public LinkedListNode<Trace>? PlaceInResource { get; set; }
    }
}

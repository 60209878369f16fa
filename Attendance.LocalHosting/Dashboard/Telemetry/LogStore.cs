namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <param name="Id">Grows with every log that arrives.</param>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Severity">OTLP's number: 9 is information, 13 a warning, 17 an error, 21 fatal.</param>
internal sealed record LogEntry(
    long Id, string Resource, double At, int Severity, string Level, string Category, string Message,
    string TraceId, string SpanId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>What to look for; whatever is null or empty does not matter.</summary>
internal sealed record LogQuery(string? Resource, int Severity, string? Text, string? TraceId);

/// <summary>The last logs of every resource, and how many errors nobody has looked at yet.</summary>
internal sealed class LogStore(Changes changes)
{
    public const int KeptByResource = 10_000;
    private const int MostResources = 64;
    private const int ErrorSeverity = 17;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<LogEntry>> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _unseenErrors = new(StringComparer.OrdinalIgnoreCase);
    private long _count;

    /// <summary>How many there have been, so that a page knows that there is more.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(IEnumerable<LogEntry> entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (!_logs.TryGetValue(entry.Resource, out var logs))
                {
                    if (_logs.Count == MostResources)
                    {
                        continue;
                    }

                    _logs[entry.Resource] = logs = [];
                }

                logs.Enqueue(entry with { Id = ++_count });
                if (logs.Count > KeptByResource)
                {
                    logs.Dequeue();
                }

                if (entry.Severity >= ErrorSeverity)
                {
                    _unseenErrors[entry.Resource] = _unseenErrors.GetValueOrDefault(entry.Resource) + 1;
                }
            }
        }

        changes.Raise();
    }

    /// <summary>The newest that fit, newest first.</summary>
    public IReadOnlyList<LogEntry> Find(LogQuery query, int atMost)
    {
        lock (_gate)
        {
            return [.. _logs.Where(logs => query.Resource is not { Length: > 0 } name || name.Equals(logs.Key, StringComparison.OrdinalIgnoreCase))
                .SelectMany(logs => logs.Value.Reverse().Where(entry => Fits(entry, query)).Take(atMost))
                .OrderByDescending(entry => entry.Id)
                .Take(atMost)];
        }
    }

    public int UnseenErrors(string resource)
    {
        lock (_gate)
        {
            return _unseenErrors.GetValueOrDefault(resource);
        }
    }

    /// <summary>Somebody has looked at the errors of a resource, or of all.</summary>
    public void See(string? resource)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = _unseenErrors.Count > 0;
            if (resource is { Length: > 0 })
            {
                isNews = _unseenErrors.Remove(resource);
            }
            else
            {
                _unseenErrors.Clear();
            }
        }

        if (isNews)
        {
            changes.Raise();
        }
    }

    private static bool Fits(LogEntry entry, LogQuery query) =>
        entry.Severity >= query.Severity
        && (query.TraceId is not { Length: > 0 } trace || entry.TraceId.Equals(trace, StringComparison.OrdinalIgnoreCase))
        && (query.Text is not { Length: > 0 } text
            || entry.Message.Contains(text, StringComparison.OrdinalIgnoreCase)
            || entry.Category.Contains(text, StringComparison.OrdinalIgnoreCase)
            || entry.Attributes.Values.Any(value => value.Contains(text, StringComparison.OrdinalIgnoreCase)));
}

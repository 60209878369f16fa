using System.ComponentModel;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Attendance.Web.Faces;

/// <summary>The attributes of what recognition measures.</summary>
internal static class RecognitionAttributes
{
    [Description("Who looked at the frame: `kiosk`, `door`.")]
    public const string Source = "attendance.recognition.source";

    [Description("The outcome of a recognition: `recorded`, `repeated` (checked in a moment ago), `not_expected`, `period_closed`, `doubt`, `unknown` (nobody's who is expected), `not_live`.")]
    public const string Outcome = "attendance.recognition.outcome";
}

internal enum RecognitionSource
{
    Kiosk,
    Door,
}

internal enum RecognitionOutcome
{
    Recorded,
    Repeated,
    NotExpected,
    PeriodClosed,
    Doubt,
    Unknown,
    NotLive,
}

/// <summary>Measures how faces are recognized. Whose they are is in no metric.</summary>
internal sealed class RecognitionMetrics
{
    private static readonly InstrumentAdvice<double> s_buckets = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 2.5, 5] };

    private readonly Counter<int> _frames;
    private readonly Counter<int> _decisions;
    private readonly Histogram<double> _duration;

    public RecognitionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(typeof(RecognitionMetrics).Assembly.GetName().Name!);
        _frames = meter.CreateCounter<int>("attendance.recognition.frames", "{frame}", "Frames that were searched for faces.");
        _decisions = meter.CreateCounter<int>("attendance.recognition.decisions", "{decision}", "Recognition decisions, each from several frames, by outcome.");
        _duration = meter.CreateHistogram(
            "attendance.recognition.duration", "s", "Time from decoding the frame that decided until the decision is stored.", tags: null, advice: s_buckets);
    }

    public void Judged(RecognitionSource source) => _frames.Add(1, SourceOf(source));

    /// <param name="elapsed">The time since the frame was decoded.</param>
    public void Decided(RecognitionSource source, RecognitionOutcome outcome, TimeSpan elapsed)
    {
        var decided = new KeyValuePair<string, object?>(RecognitionAttributes.Outcome, Code(outcome));
        _decisions.Add(1, SourceOf(source), decided);
        _duration.Record(elapsed.TotalSeconds, SourceOf(source), decided);
    }

    private static KeyValuePair<string, object?> SourceOf(RecognitionSource source) => new(RecognitionAttributes.Source, Code(source));

    private static string Code<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

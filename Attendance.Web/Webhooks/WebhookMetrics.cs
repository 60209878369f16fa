using System.ComponentModel;
using System.Diagnostics.Metrics;

namespace Attendance.Web.Webhooks;

internal static class WebhookAttributes
{
    [Description("What a webhook was told: `checkin.recorded`, `mark.changed`, `session.closed`, `webhook.test`.")]
    public const string Event = "attendance.webhook.event";

    [Description("How an attempt to tell a webhook ended: `delivered`, `failed` (it is tried again), `dead` (it is not).")]
    public const string Outcome = "attendance.webhook.outcome";
}

/// <summary>Counts what receivers are told. Which receiver it is is in no metric.</summary>
internal sealed class WebhookMetrics
{
    private readonly Counter<int> _attempts;
    private readonly Histogram<double> _delay;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(typeof(WebhookMetrics).Assembly.GetName().Name!);
        _attempts = meter.CreateCounter<int>("attendance.webhook.attempts", "{attempt}", "Attempts to tell a webhook what happened, by event and outcome.");
        _delay = meter.CreateHistogram(
            "attendance.webhook.delay", "s", "The time from an event until a webhook has accepted it, retries included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600, 14_400, 86_400] });
    }

    public void Delivered(string type, TimeSpan delay)
    {
        Count(type, "delivered");
        _delay.Record(delay.TotalSeconds, new KeyValuePair<string, object?>(WebhookAttributes.Event, type));
    }

    public void Failed(string type, bool isDead) => Count(type, isDead ? "dead" : "failed");

    private void Count(string type, string outcome) => _attempts.Add(
        1, new KeyValuePair<string, object?>(WebhookAttributes.Event, type), new KeyValuePair<string, object?>(WebhookAttributes.Outcome, outcome));
}

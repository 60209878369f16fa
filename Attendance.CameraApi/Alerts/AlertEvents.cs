using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Alerts;

/// <summary>
/// Reports alerts to the log, the metric, the store and the listeners of events; webhooks are separate. In the log an alert is one record,
/// an error or a warning by its severity, so that errors can be counted. The records of what led to it are warnings at most.
/// </summary>
internal sealed partial class AlertEvents : IDisposable
{
    private readonly OpenAlerts _openAlerts;
    private readonly AlertStore _store;
    private readonly AlertMetrics _metrics;
    private readonly CameraEvents _events;
    private readonly ILogger<AlertEvents> _logger;

    public AlertEvents(OpenAlerts openAlerts, AlertStore store, AlertMetrics metrics, CameraEvents events, ILogger<AlertEvents> logger)
    {
        (_openAlerts, _store, _metrics, _events, _logger) = (openAlerts, store, metrics, events, logger);
        openAlerts.Changed += Tell;
    }

    public static CameraEventType TypeOf(AlertChange change) => change switch
    {
        AlertChange.Opened => CameraEventType.AlertOpened,
        AlertChange.Acknowledged => CameraEventType.AlertAcknowledged,
        _ => CameraEventType.AlertResolved,
    };

    /// <summary>Counts an alert of an earlier run as active in the metric.</summary>
    public void Remembered(Alert alert) => _metrics.Active(alert, 1);

    public void Dispose() => _openAlerts.Changed -= Tell;

    private void Tell(AlertChange change, Alert alert)
    {
        switch (change)
        {
            case AlertChange.Opened:
                _metrics.Active(alert, 1);
                LogOpened(alert);
                break;
            case AlertChange.Acknowledged:
                LogAcknowledged(alert.Rule.Name(), alert.Id, alert.Subject, alert.AcknowledgedBy);
                break;
            case AlertChange.Resolved:
                _metrics.Active(alert, -1);
                LogResolved(alert.Rule.Name(), alert.Id, alert.Subject, (alert.ResolvedAt!.Value - alert.OpenedAt).TotalSeconds);
                break;
        }

        _store.Keep(alert);
        _events.Tell(TypeOf(change), alert);
    }

    private void LogOpened(Alert alert)
    {
        var level = alert.Severity == AlertSeverity.Critical ? LogLevel.Error : LogLevel.Warning;
        var (rule, severity) = (alert.Rule.Name(), alert.Severity.Name());
        LogOpened(level, rule, severity, alert.Id, alert.Subject, alert.What, alert.Done, alert.Remedy);
    }

    [LoggerMessage("ALERT {Rule} ({Severity}, {AlertId}) {Subject}: {What} {Done} {Remedy}")]
    private partial void LogOpened(LogLevel level, string rule, string severity, string alertId, string subject, string what, string done, string remedy);

    [LoggerMessage(LogLevel.Information, "Alert {Rule} ({AlertId}) {Subject} was acknowledged by {By}")]
    private partial void LogAcknowledged(string rule, string alertId, string subject, string? by);

    [LoggerMessage(LogLevel.Information, "Alert {Rule} ({AlertId}) {Subject} is resolved after {Seconds:0} s")]
    private partial void LogResolved(string rule, string alertId, string subject, double seconds);
}

using System.Diagnostics.Metrics;
using Attendance.CameraApi.Telemetry;

namespace Attendance.CameraApi.Alerts;

internal sealed class AlertMetrics
{
    private readonly UpDownCounter<int> _active;

    public AlertMetrics(IMeterFactory meters) => _active = meters.Create(CameraApiActivity.Name)
        .CreateUpDownCounter<int>("attendance.alert.active", "{alert}", "Alerts that are not resolved, by rule and severity.");

    public void Active(Alert alert, int change) => _active.Add(
        change, new(TelemetryAttributes.AlertRule, alert.Rule.Name()), new(TelemetryAttributes.AlertSeverity, alert.Severity.Name()));
}

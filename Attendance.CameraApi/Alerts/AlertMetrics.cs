using System.Diagnostics.Metrics;

namespace Attendance.CameraApi.Alerts;

internal sealed class AlertMetrics
{
    private readonly UpDownCounter<int> _active;

    public AlertMetrics(IMeterFactory meters) => _active = meters.Create(CameraApiActivity.Name)
        .CreateUpDownCounter<int>("attendance.alert.active", "{alert}", "Alerts that are not resolved, by rule and severity.");

    public void Active(Alert alert, int change) => _active.Add(
        change, new("attendance.alert.rule", alert.Rule.Name()), new("attendance.alert.severity", alert.Severity.Name()));
}

using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Events;

namespace Attendance.CameraApi.Alerts;

/// <summary>Reports alerts to the event stream and the audit log, so that those do not depend on the alert types.</summary>
internal static class AlertExtensions
{
    public static void Tell(this CameraEvents events, CameraEventType type, Alert alert) =>
        events.TellAlert(type, alert.CameraId, alert.Rule.Name(), alert);

    public static void Acknowledged(this AuditLog audit, Alert alert) =>
        audit.Add("acknowledge", alert.CameraId, alert.AcknowledgedBy!, why: null, $"Alert {alert.Rule.Name()} is acknowledged.");
}

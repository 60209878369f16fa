namespace Attendance.CameraApi.Alerts;

/// <summary>One observation of a problem. Further observations belong to the same alert while it is open.</summary>
/// <param name="Subject">The camera, the node or the limit; empty if this node as a whole is concerned.</param>
/// <param name="What">What happened, in a plain sentence without a secret or a name.</param>
/// <param name="Done">What was done about it.</param>
/// <param name="Severity">The severity; null for the rule's default.</param>
internal sealed record Finding(AlertRule Rule, string Subject, string What, string Done, AlertSeverity? Severity = null);

internal enum AlertState
{
    Open,
    Acknowledged,
    Resolved,
}

/// <param name="Count">How many times the problem occurred; one that lasts counts once.</param>
/// <param name="AcknowledgedBy">An account's id or a service's name.</param>
internal sealed record Alert(
    string Id,
    AlertRule Rule,
    AlertSeverity Severity,
    AlertState State,
    string Subject,
    string? CameraId,
    string Node,
    string What,
    string Done,
    string Remedy,
    int Count,
    DateTime OpenedAt,
    DateTime LastSeenAt,
    DateTime? AcknowledgedAt,
    string? AcknowledgedBy,
    DateTime? ResolvedAt)
{
    public Alert Acknowledged(string by, TimeProvider clock) =>
        this with { State = AlertState.Acknowledged, AcknowledgedAt = clock.GetUtcNow().UtcDateTime, AcknowledgedBy = by };
}

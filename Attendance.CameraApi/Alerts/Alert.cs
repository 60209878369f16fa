namespace Attendance.CameraApi.Alerts;

/// <summary>Something that is wrong, as it is seen once. Seen again, it is the same alert for as long as that is open.</summary>
/// <param name="Subject">The camera, the node that was lost, or the limit; empty for what concerns this node as a whole.</param>
/// <param name="What">What happened, in a plain sentence without a secret or a name.</param>
/// <param name="Done">What was done about it.</param>
/// <param name="Severity">Null for the rule's own.</param>
internal sealed record Finding(AlertRule Rule, string Subject, string What, string Done, AlertSeverity? Severity = null);

internal enum AlertState
{
    Open,
    Acknowledged,
    Resolved,
}

/// <param name="Count">How many times it was found, one after the other; what lasts counts once.</param>
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

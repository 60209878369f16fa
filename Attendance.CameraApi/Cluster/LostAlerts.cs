using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// Acknowledges alerts of lost nodes, as the store has them. Only the node itself resolves them, when it is back. An alert can be
/// acknowledged before, and the node's next run keeps that.
/// </summary>
internal sealed class LostAlerts(AlertStore store, NodeRegistry nodes, AuditLog audit, CameraEvents events, TimeProvider clock)
{
    /// <returns>The alert, or null if no lost node has it.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<Alert?> AcknowledgeAsync(string alertId, string by)
    {
        foreach (var name in nodes.Lost.Select(lost => lost.Node).Take(AlertStore.MostNodes))
        {
            if ((await store.ReadUnresolvedAsync(name)).FirstOrDefault(alert => alert.Id == alertId) is { } alert)
            {
                return alert.State == AlertState.Open ? Acknowledge(alert, by) : alert;
            }
        }

        return null;
    }

    private Alert Acknowledge(Alert alert, string by)
    {
        var acknowledged = alert.Acknowledged(by, clock);
        store.Keep(acknowledged);
        events.Tell(CameraEventType.AlertAcknowledged, acknowledged);
        audit.Acknowledged(acknowledged);
        return acknowledged;
    }
}

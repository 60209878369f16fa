using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// The alerts of nodes that are lost, as the store has them. Nobody but the node itself resolves them, when it is back;
/// that somebody sees to one can be said before, and its next run remembers it.
/// </summary>
internal sealed class LostAlerts(AlertStore store, NodeRegistry nodes, AuditLog audit, CameraEvents events, TimeProvider clock)
{
    /// <returns>Null where no lost node has such an alert.</returns>
    /// <exception cref="StoreUnavailableException">Not known.</exception>
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

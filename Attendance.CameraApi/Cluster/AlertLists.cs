using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>Lists the alerts of this node, and of other nodes that do not answer.</summary>
internal static class AlertLists
{
    /// <returns>This node's alerts. Resolved ones are in the store, so they are left out while it does not answer.</returns>
    public static async Task<IReadOnlyList<Alert>> ListAsync(OpenAlerts openAlerts, AlertStore store, int limit)
    {
        var open = openAlerts.Open;
        try
        {
            var ids = open.Select(alert => alert.Id).ToHashSet();
            return InOrder(open.Concat((await store.ReadHistoryAsync(limit)).Where(alert => !ids.Contains(alert.Id))), limit);
        }
        catch (StoreUnavailableException)
        {
            return InOrder(open, limit);
        }
    }

    /// <summary>
    /// Reads from the store the alerts of another node that does not answer. Skips node_lost alerts recorded by a lost node; a live
    /// node reports those.
    /// </summary>
    /// <returns>The alerts, or null if the store does not answer either.</returns>
    public static async Task<IReadOnlyList<Alert>?> LastKnownAsync(string name, NodeRegistry nodes, AlertStore store, int limit)
    {
        var isLost = nodes.TryGet(name, out var entry) && nodes.IsLost(entry);
        try
        {
            var (open, over) = (store.ReadUnresolvedAsync(name), store.ReadHistoryAsync(limit, name));
            return InOrder((await open).Where(alert => !isLost || alert.Rule != AlertRule.NodeLost).Concat(await over), limit);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>
    /// Sorts open alerts first, then acknowledged, then resolved ones. Among unresolved ones of one state critical alerts come first;
    /// otherwise the newest come first.
    /// </summary>
    public static IReadOnlyList<Alert> InOrder(IEnumerable<Alert> alerts, int limit) =>
    [
        .. alerts.OrderBy(alert => alert.State)
            .ThenByDescending(alert => alert.State == AlertState.Resolved ? AlertSeverity.Warning : alert.Severity)
            .ThenByDescending(alert => alert.ResolvedAt ?? alert.OpenedAt)
            .Take(limit),
    ];
}

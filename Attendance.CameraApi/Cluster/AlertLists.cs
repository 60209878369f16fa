using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Store;

namespace Attendance.CameraApi.Cluster;

/// <summary>Alerts as they are listed: of this node, and of others that do not answer.</summary>
internal static class AlertLists
{
    /// <returns>Of this node; with the resolved ones left out while the store, which has them, is away.</returns>
    public static async Task<IReadOnlyList<Alert>> ListAsync(AlertBook book, AlertStore store, int limit)
    {
        var open = book.Open;
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

    /// <summary>What the store has of another node, which does not answer. What one that is lost said of others that are, a node that lives says now.</summary>
    /// <returns>Null while the store does not answer either.</returns>
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

    /// <summary>Open ones first, the critical before others, then acknowledged, then resolved ones; newest first.</summary>
    public static IReadOnlyList<Alert> InOrder(IEnumerable<Alert> alerts, int limit) =>
    [
        .. alerts.OrderBy(alert => alert.State)
            .ThenByDescending(alert => alert.State == AlertState.Resolved ? AlertSeverity.Warning : alert.Severity)
            .ThenByDescending(alert => alert.ResolvedAt ?? alert.OpenedAt)
            .Take(limit),
    ];
}

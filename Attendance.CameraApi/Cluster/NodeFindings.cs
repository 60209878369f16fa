using Attendance.CameraApi.Alerts;

namespace Attendance.CameraApi.Cluster;

/// <summary>Reports lost nodes, and entries in the store that no node has signed.</summary>
internal sealed class NodeFindings(NodeRegistry nodes, NodeStore nodeStore) : IFindingSource
{
    public IReadOnlyList<Finding> Find() =>
    [
        .. nodes.TellsOfLost
            ? nodes.Lost.Select(node => new Finding(
                AlertRule.NodeLost, node.Node, $"Node {node.Node} has not been heard of since {node.SeenAt:HH:mm:ss} UTC.", "Its leases end at their deadlines."))
            : [],
        .. nodeStore.Forged is > 0 and var forged
            ? [new Finding(
                AlertRule.NodeForged, "", $"The session store has {forged} node entries that no node of this system has signed.", "They are ignored: nothing is sent to those nodes, and nothing from them is shown.")]
            : Array.Empty<Finding>(),
    ];
}

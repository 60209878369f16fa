using System.Text.Json.Serialization;

namespace Attendance.CameraApi.Cluster;

/// <summary>
/// A node's entry in the store. <c>seen_at</c> is the time of the last heartbeat by the store's clock, in ms; it comes last because
/// the store writes it.
/// </summary>
/// <param name="Instance">Identifies the node's run, so that a run that stops does not sign off the one that replaced it.</param>
/// <param name="Address">The node's address, or null until it listens.</param>
/// <param name="Held">Number of leases held on the node, a measure of its load.</param>
/// <param name="Scopes">Scopes that the node shares with others.</param>
/// <param name="SaidAt">
/// When the node signed the entry, by its own clock in ms since 1970. It shows when an old signed entry is no longer true.
/// </param>
internal sealed record NodeEntry(
    string Node,
    string Instance,
    Uri? Address,
    long StartedAt,
    int Cameras,
    int Held,
    IReadOnlyList<string> Scopes,
    long SaidAt,
    long SeenAt)
{
    /// <summary>Whether a node of this system can have written the entry.</summary>
    [JsonIgnore]
    public bool IsSound => Address is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };
}

internal enum NodeState
{
    Up,

    /// <summary>The node has not signed off, but its heartbeats have stopped.</summary>
    Lost,
}

/// <param name="Store">The store as the node last found it: <c>available</c> or <c>unavailable</c>.</param>
/// <param name="Followed">Whether the node's cameras and alerts are reported with those of the node that was asked.</param>
internal sealed record OpsNode(string Node, NodeState State, DateTime StartedAt, DateTime SeenAt, int Cameras, int Held, string Store, bool Followed = true);

using System.Text.Json.Serialization;

namespace Attendance.CameraApi.Cluster;

/// <summary>What the store has of a node. Times are the store's, in ms; <c>seen_at</c> comes last, for the store writes it.</summary>
/// <param name="Instance">Of this run, so that one which stops does not sign off the one that came after it.</param>
/// <param name="Address">Null until it listens.</param>
/// <param name="Held">Leases, by which it is judged how much it has to do.</param>
/// <param name="Scopes">That it shares with others.</param>
/// <param name="SaidAt">By the node's own clock, in ms since 1970: what it signed long ago is not true for ever.</param>
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
    /// <summary>A node of this system can have said it.</summary>
    [JsonIgnore]
    public bool IsSound => Address is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };
}

internal enum NodeState
{
    Up,

    /// <summary>It did not say that it stops, and has not been heard of.</summary>
    Lost,
}

/// <param name="Store">As this node last found it: <c>available</c> or <c>unavailable</c>.</param>
/// <param name="Followed">Its cameras and alerts are told with those of the node that was asked.</param>
internal sealed record OpsNode(string Node, NodeState State, DateTime StartedAt, DateTime SeenAt, int Cameras, int Held, string Store, bool Followed = true);

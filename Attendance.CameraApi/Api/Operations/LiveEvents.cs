using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cluster;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>The nodes of the system; sent by the node that got the request.</summary>
internal sealed record NodesEvent(IReadOnlyList<OpsNode> Nodes);

/// <summary>Everything that a node knows when a listener comes.</summary>
internal sealed record SnapshotEvent(string Node, DateTime At, IReadOnlyList<OpsCamera> Cameras, IReadOnlyList<Alert> Alerts, TrendsView Trends);

/// <summary>What has changed since the last look.</summary>
internal sealed record CamerasEvent(string Node, IReadOnlyList<OpsCamera> Changed, IReadOnlyList<string> Removed);

/// <param name="Figures">For each camera in use its id, frames per second, the age of its last frame in seconds, and its viewers.</param>
internal sealed record FiguresEvent(string Node, IReadOnlyList<IReadOnlyList<object?>> Figures);

/// <summary>The figures of the current minute.</summary>
internal sealed record TrendEvent(string Node, TrendPoint Point);

/// <summary>The last known alerts of a node that does not answer.</summary>
internal sealed record AlertsEvent(string Node, IReadOnlyList<Alert> Alerts);

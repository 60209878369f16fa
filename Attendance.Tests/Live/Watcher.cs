using System.Net;
using Attendance.Tests.Hosts;

namespace Attendance.Tests.Live;

/// <summary>What a node said to an offer to watch.</summary>
internal sealed record Watched(HttpStatusCode Status, string? Location, string? Type, string Text);

/// <param name="State">The state of the connection, in the words of WebRTC.</param>
/// <param name="Left">The brightness in the middle of the left half of the newest picture.</param>
internal sealed record Seen(string State, int Pictures, int Width, int Height, int Left, int Right);

/// <summary>A client that watches a camera by WHEP, and is no browser. It is a process of its own, which can be killed.</summary>
internal sealed class Watcher() : LiveClient("watcher.mjs")
{
    public Task<Watched> WatchAsync(NodeProcess node, string cameraId, Lease lease) =>
        AskAsync<Watched>(new { folder = Folder, url = new Uri(node.Address, $"/api/cameras/{cameraId}/whep"), key = TestSecrets.ApiKey, lease = lease.Id });

    public Task<Seen> LookAsync() => AskAsync<Seen>(new { look = true });
}

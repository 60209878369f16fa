using System.Net;
using Attendance.Tests.Hosts;

namespace Attendance.Tests.Live;

/// <summary>What a node said to an offer.</summary>
internal sealed record Published(HttpStatusCode Status, string? Camera, string? Location, string? Type, string Text);

/// <summary>A client that publishes drawn pictures by WHIP, and is no browser. It is a process of its own, which can be killed.</summary>
internal sealed class Publisher() : LiveClient("publisher.mjs")
{
    public Task<Published> PublishAsync(NodeProcess node, string browserCameraId, Lease lease, int width = 640, int height = 480) =>
        AskAsync<Published>(new { folder = Folder, url = new Uri(node.Address, $"/api/cameras/{browserCameraId}/whip"), key = TestSecrets.ApiKey, lease = lease.Id, width, height });
}

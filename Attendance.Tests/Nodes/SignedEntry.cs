using System.Text.Json;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Security;
using Attendance.Tests.Hosts;
using Microsoft.Extensions.Options;

namespace Attendance.Tests.Nodes;

/// <summary>Makes the entry that a node with the API key writes about itself into the store.</summary>
internal static class SignedEntry
{
    public static string Of(string node, string instance, Uri? address, string apiKey = TestSecrets.ApiKey, DateTimeOffset? saidAt = null)
    {
        var now = DateTimeOffset.UtcNow;
        var json = JsonSerializer.Serialize(
            new NodeEntry(node, instance, address, StartedAt: 0, Cameras: 1, Held: 0, Scopes: [], (saidAt ?? now).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds()),
            WireJson.Options);
        var seen = json.LastIndexOf(",\"seen_at\"", StringComparison.Ordinal);
        return new EntrySignature(Options.Create(new SecurityOptions { ApiKey = apiKey })).Sign(json[..seen]) + json[seen..];
    }
}

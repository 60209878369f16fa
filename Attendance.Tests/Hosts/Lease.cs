using System.Text.Json;

namespace Attendance.Tests.Hosts;

public sealed record Lease(string Id, string Ref, long FencingToken, string StreamUrl, string SnapshotUrl)
{
    public static Lease From(JsonElement json) => new(
        json.GetProperty("lease_id").GetString()!,
        json.GetProperty("lease_ref").GetString()!,
        json.GetProperty("fencing_token").GetInt64(),
        json.GetProperty("stream_url").GetString()!,
        json.GetProperty("snapshot_url").GetString()!);
}

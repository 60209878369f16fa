using System.Text.Json.Serialization;

namespace Attendance.CameraApi.Leases;

internal sealed record LeaseResponse(
    string LeaseId,
    string LeaseRef,
    string CameraId,
    string SessionId,
    LeaseMode Mode,
    string? Role,
    long FencingToken,
    DateTime AcquiredAt,
    DateTime ExpiresAt,
    int TtlSeconds,
    int RenewAfterSeconds,
    string? StreamUrl,
    string? SnapshotUrl,
    string PresenceUrl)
{
    /// <summary>Why this camera was chosen, or null if the session named its camera.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChosenCamera? Choice { get; init; }

    public static LeaseResponse From(CameraLease lease, string sessionId) => new(
        lease.Id,
        lease.Ref,
        lease.CameraId,
        sessionId,
        lease.Mode,
        lease.Stored.Role,
        lease.FencingToken,
        lease.Stored.AcquiredAt.UtcDateTime,
        lease.ExpiresAt.UtcDateTime,
        (int)lease.Ttl.TotalSeconds,
        (int)lease.Ttl.TotalSeconds / 3,
        PictureUrl(lease, "stream"),
        PictureUrl(lease, "snapshot"),
        $"/api/sessions/{sessionId}/presence");

    /// <summary>Returns the URL of the stream or snapshot, or null for a browser camera, because it has none here.</summary>
    public static string? PictureUrl(CameraLease lease, string kind) =>
        lease.Slot.Camera.Source.Kind == CameraKind.Browser ? null : $"/api/cameras/{lease.CameraId}/{kind}?lease={lease.Id}";
}

/// <summary>The current state of a lease. Except for the expiry time, it changes only when the lease moves to another camera.</summary>
internal sealed record CurrentLease(
    DateTime ExpiresAt, string CameraId, LeaseMode Mode, long FencingToken, string? StreamUrl, string? SnapshotUrl)
{
    public static CurrentLease From(CameraLease lease) => new(
        lease.ExpiresAt.UtcDateTime,
        lease.CameraId,
        lease.Mode,
        lease.FencingToken,
        LeaseResponse.PictureUrl(lease, "stream"),
        LeaseResponse.PictureUrl(lease, "snapshot"));
}

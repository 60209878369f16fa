using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.Capture.Devices;

namespace Attendance.CameraApi.Views;

internal enum CameraState
{
    Available,
    Opening,
    Held,
    Releasing,
    Suspended,
    Missing,
    Quarantined,
}

/// <param name="Width">Width in pixels: as delivered while the camera is open, otherwise as configured; null if neither is known.</param>
/// <param name="Facing">The direction in which the camera looks, as configured.</param>
/// <param name="Quality">Rating of the camera from its current or last use; null for a browser's camera.</param>
/// <param name="LeaseRef">Public reference that tells leases apart. It is not the lease's id, which is a secret. If several share the camera,
/// this is the first of <paramref name="Holders"/>.</param>
/// <param name="Mode">Whether the camera is held <c>exclusive</c> or <c>shared</c>; null if nobody holds it.</param>
/// <param name="Holders">The leases under which the camera is held, the oldest first: one, or several that share it.</param>
/// <param name="Detail">What is wrong, in a plain sentence.</param>
/// <param name="Scope">The scope of a camera that several nodes share and can each open; null if only its own node can open it.</param>
internal sealed record CameraView(
    string CameraId,
    string Name,
    CameraKind Kind,
    CameraState State,
    string Node,
    int? Width,
    int? Height,
    double? FrameRate,
    IReadOnlyList<string> Tags,
    string? Facing,
    IReadOnlyList<DeviceFormat> Formats,
    bool Discovered,
    CameraRating? Quality,
    string? LeaseRef,
    DateTime? HeldSince,
    DateTime? ExpiresAt,
    LeaseMode? Mode,
    IReadOnlyList<HolderView> Holders,
    double? Sharpness,
    double? Brightness,
    double? FrameAgeSeconds,
    string? Detail,
    string? Scope);

/// <summary>A lease under which a camera is held.</summary>
/// <param name="Role">What the holder does with a camera that it shares, or null.</param>
internal sealed record HolderView(string LeaseRef, string? Role, DateTime HeldSince, DateTime ExpiresAt)
{
    public static HolderView From(CameraLease lease) => new(lease.Ref, lease.Stored.Role, lease.Stored.AcquiredAt.UtcDateTime, lease.ExpiresAt.UtcDateTime);
}

/// <param name="Next">Value of <c>after</c> that gets the next page; null if there is none.</param>
/// <param name="Unreachable">Nodes that did not answer. Nothing is known of their cameras.</param>
internal sealed record CamerasResponse(IReadOnlyList<CameraView> Cameras, string? Next, IReadOnlyList<string> Unreachable);

/// <summary>The status of all cameras. The figures cover everything; the cameras are those of one page.</summary>
internal sealed record StatusResponse(
    int ActiveCameras,
    IReadOnlyList<string> CameraIds,
    DateTime Timestamp,
    IReadOnlyList<CameraView> Cameras,
    string? Next,
    IReadOnlyList<string> Unreachable,
    int Leaks,
    int Quarantined,
    string Store);

/// <param name="Camera">The camera that <c>auto</c> would take now. It is not reserved.</param>
internal sealed record BestCameraResponse(CameraView Camera, ChosenCamera Choice);

internal sealed record HistoryResponse(string CameraId, IReadOnlyList<HistoryItem> Items);

internal sealed record HistoryItem(
    string LeaseRef, DateTime AcquiredAt, DateTime EndedAt, double Seconds, string Reason, string? Detail, string Node, long FencingToken, LeaseMode Mode)
{
    public static HistoryItem From(LedgerEntry entry) => new(
        entry.LeaseRef,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.AcquiredAt).UtcDateTime,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.EndedAt).UtcDateTime,
        Math.Max(0, entry.EndedAt - entry.AcquiredAt) / 1000.0, // the store's clock may have been set back in between
        entry.Reason,
        entry.Detail,
        entry.Node,
        entry.FencingToken,
        entry.Mode);
}

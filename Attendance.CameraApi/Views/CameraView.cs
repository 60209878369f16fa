using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;

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

/// <param name="Width">Pixels: what the camera delivers while it is open, else what is configured; null where neither is known.</param>
/// <param name="Facing">Where it looks, as configured.</param>
/// <param name="Quality">How well it does, by its last use or by this one; null for a browser's camera.</param>
/// <param name="LeaseRef">Tells leases apart; not the lease's id, which is a secret.</param>
/// <param name="Detail">What is wrong, in a plain sentence.</param>
/// <param name="Scope">That several nodes share, each of which can open the camera; null for a camera of its node alone.</param>
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
    double? Sharpness,
    double? Brightness,
    double? FrameAgeSeconds,
    string? Detail,
    string? Scope);

/// <param name="Next">What to ask for <c>after</c> to get more; null where there is no more.</param>
/// <param name="Unreachable">Nodes that did not answer: of their cameras nothing is known.</param>
internal sealed record CamerasResponse(IReadOnlyList<CameraView> Cameras, string? Next, IReadOnlyList<string> Unreachable);

/// <summary>The figures are of everything, the cameras those of one page.</summary>
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

/// <param name="Camera">What <c>auto</c> would take now. It is not reserved.</param>
internal sealed record BestCameraResponse(CameraView Camera, ChosenCamera Choice);

internal sealed record HistoryResponse(string CameraId, IReadOnlyList<HistoryItem> Items);

internal sealed record HistoryItem(
    string LeaseRef, DateTime AcquiredAt, DateTime EndedAt, double Seconds, string Reason, string? Detail, string Node, long FencingToken)
{
    public static HistoryItem From(LedgerEntry entry) => new(
        entry.LeaseRef,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.AcquiredAt).UtcDateTime,
        DateTimeOffset.FromUnixTimeMilliseconds(entry.EndedAt).UtcDateTime,
        Math.Max(0, entry.EndedAt - entry.AcquiredAt) / 1000.0, // the store's clock may have been set back in between
        entry.Reason,
        entry.Detail,
        entry.Node,
        entry.FencingToken);
}

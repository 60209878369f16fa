using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;

namespace Attendance.CameraApi.Operations;

/// <summary>A camera as ops see it. Figures that change with every frame are told apart, as <see cref="CameraFigures"/>.</summary>
/// <param name="SessionRef">Tells holders apart; not the session's id, which is a secret.</param>
internal sealed record OpsCamera(
    string CameraId,
    string Name,
    CameraKind Kind,
    string Node,
    CameraState State,
    string? LeaseRef,
    string? SessionRef,
    DateTime? HeldSince,
    DateTime? ExpiresAt,
    int Viewers,
    double? FrameRate,
    double? FrameAgeSeconds,
    int? Width,
    int? Height,
    string? Detail,
    DateTime? LastEndedAt,
    string? LastReason,
    string? LastDetail);

/// <param name="Frames">Received since the camera was opened.</param>
internal sealed record CameraFigures(string CameraId, long Frames, double? FrameAgeSeconds, int Viewers);

internal sealed class OpsCameras(CameraViews views, CameraSlots slots)
{
    private const int SessionRefLength = 8;

    public IReadOnlyList<OpsCamera> All() => [.. views.All().Select(Of)];

    /// <summary>Of the cameras that are in use, where there are any.</summary>
    public IReadOnlyList<CameraFigures> Figures() =>
    [
        .. views.All().Where(view => view.LeaseRef is not null).Select(view =>
        {
            var frames = slots.TryGet(view.CameraId, out var slot) ? slot.Lease?.Capture?.Frames : null;
            return new CameraFigures(view.CameraId, frames?.Count ?? 0, view.FrameAgeSeconds, frames?.Viewers ?? 0);
        }),
    ];

    private OpsCamera Of(CameraView view)
    {
        slots.TryGet(view.CameraId, out var slot);
        var lease = slot?.Lease;
        var last = slot?.LastEnd;
        return new OpsCamera(
            view.CameraId,
            view.Name,
            view.Kind,
            view.Node,
            view.State,
            view.LeaseRef,
            lease is { Stored.WasGranted: true } ? lease.SessionHash[..SessionRefLength] : null,
            view.HeldSince,
            view.ExpiresAt,
            lease?.Capture?.Frames.Viewers ?? 0,
            FrameRate: null,
            view.FrameAgeSeconds,
            view.Width,
            view.Height,
            view.Detail,
            last?.At.UtcDateTime,
            last?.End.Reason.Name(),
            last?.End.Detail);
    }
}

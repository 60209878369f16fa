using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Quality;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Upkeep;
using Attendance.CameraApi.Views;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>A camera as ops see it. Figures that change with every frame are told apart, as <see cref="CameraFigures"/>.</summary>
/// <param name="Rating">0 to 100, by its last use: that of the use now would change with every look. Null where it was never measured.</param>
/// <param name="Scope">That several nodes share: each of them tells of the camera, which is one.</param>
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
    string? LastDetail,
    double? Rating,
    string? Scope);

/// <param name="Frames">Received since the camera was opened.</param>
internal sealed record CameraFigures(string CameraId, long Frames, double? FrameAgeSeconds, int Viewers);

internal sealed class OpsCameras(CameraViews views, CameraSlots slots, CameraQuality quality, TimeProvider clock)
{
    private const int SessionRefLength = 8;

    public IReadOnlyList<OpsCamera> All() => [.. views.All().Select(Of)];

    /// <summary>Of the cameras that are in use, where there are any.</summary>
    public IReadOnlyList<CameraFigures> Figures() =>
    [
        .. slots.All.Select(slot => slot.Lease).OfType<CameraLease>().Where(lease => lease is { End: null, Stored.WasGranted: true }).Select(lease =>
        {
            var frames = lease.Capture?.Frames;
            return new CameraFigures(lease.CameraId, frames?.Count ?? 0, frames?.AgeOfLatest(clock)?.TotalSeconds, frames?.Viewers ?? 0);
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
            last?.End.Detail,
            quality.Rate(view.CameraId, frames: null) is { MeasuredAt: not null } measured ? measured.Rating : null,
            view.Scope);
    }
}

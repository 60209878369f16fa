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

/// <summary>A camera as ops see it. Values that change with every frame are sent separately, as <see cref="CameraFigures"/>.</summary>
/// <param name="Rating">0 to 100, from the camera's last use, because a rating of the current use would change with every look; null if
/// it was never measured.</param>
/// <param name="Scope">The scope that several nodes share. Each of them reports the camera, but it is one camera.</param>
/// <param name="SessionRef">A reference that tells holders apart. It is not the session's id, which is a secret.</param>
/// <param name="Mode">Whether the camera is held <c>exclusive</c> or <c>shared</c>; null if nobody holds it.</param>
/// <param name="Holders">The leases under which the camera is held, the oldest first: one, or several that share it.</param>
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
    string? Scope,
    LeaseMode? Mode,
    IReadOnlyList<OpsHolder> Holders);

/// <param name="SessionRef">A reference that tells holders apart. It is not the session's id, which is a secret.</param>
/// <param name="Role">What the holder does with a camera that it shares, or null.</param>
internal sealed record OpsHolder(string LeaseRef, string SessionRef, string? Role, DateTime HeldSince, DateTime ExpiresAt);

/// <param name="Frames">The number of frames received since the camera was opened.</param>
internal sealed record CameraFigures(string CameraId, long Frames, double? FrameAgeSeconds, int Viewers);

internal sealed class OpsCameras(CameraViews views, CameraSlots slots, CameraQuality quality, TimeProvider clock)
{
    private const int SessionRefLength = 8;

    public IReadOnlyList<OpsCamera> All() => [.. views.All().Select(Of)];

    /// <summary>Returns the figures of the cameras that are in use.</summary>
    public IReadOnlyList<CameraFigures> Figures() =>
    [
        .. slots.All.Select(slot => slot.Lease).OfType<CameraLease>().Where(lease => lease.IsHeld).Select(lease =>
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
            lease is { Stored.WasGranted: true } ? Session(lease) : null,
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
            view.Scope,
            view.Mode,
            slot is null ? [] : [.. slot.Leases.Where(one => one.IsHeld).Select(one => new OpsHolder(one.Ref, Session(one), one.Stored.Role, one.Stored.AcquiredAt.UtcDateTime, one.ExpiresAt.UtcDateTime))]);
    }

    private static string Session(CameraLease lease) => lease.SessionHash[..SessionRefLength];
}

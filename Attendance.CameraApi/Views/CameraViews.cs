using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Quality;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Views;

/// <summary>Builds the view of each camera from catalog, slot, and capture.</summary>
internal sealed class CameraViews(CameraCatalog catalog, CameraSlots slots, CameraQuality quality, IOptions<NodeOptions> node, TimeProvider clock)
{
    public IReadOnlyList<CameraView> All() => Page(new PageRequest(int.MaxValue, After: null)).Items;

    /// <summary>Returns one page. The cost grows with the page and the catalog, not with the number of leases.</summary>
    public (IReadOnlyList<CameraView> Items, string? Next) Page(PageRequest request)
    {
        var own = node.Value.Name;
        var cameras = catalog.List().SkipWhile(entry => !request.IsAfter(entry.Camera.Id, own)).Select(entry => (entry.Camera, entry.IsPresent));
        var looked = request.WithBrowsers ? slots.BrowserCameras(request.After?.CameraId, request.Limit) : [];
        var browsers = looked
            .Where(slot => request.IsAfter(slot.Camera.Id, own) && (!slot.IsEmpty || slot.Quarantine is not null))
            .Select(slot => (slot.Camera, IsPresent: true));
        var all = cameras.Concat(browsers).OrderBy(entry => entry.Camera.Id, StringComparer.Ordinal).Take(request.Limit).ToList();
        var page = all.ConvertAll(entry => Of(entry.Camera, entry.IsPresent));
        return (page, page.Count > 0 && (page.Count == request.Limit || looked.Count == request.Limit) ? PageRequest.Cursor(page[^1]) : null);
    }

    public CameraView? Find(string cameraId) =>
        catalog.List().Where(entry => entry.Camera.Id == cameraId).Select(entry => Of(entry.Camera, entry.IsPresent)).FirstOrDefault()
        ?? (slots.TryGet(cameraId, out var slot) && (!slot.IsEmpty || slot.Quarantine is not null) ? Of(slot.Camera, isPresent: true) : null);

    private CameraView Of(Camera camera, bool isPresent)
    {
        slots.TryGet(camera.Id, out var slot);
        var lease = slot?.Lease;
        var capture = lease?.Capture;
        var frame = capture?.Frames.Latest;
        var opened = capture?.Status.Opened;
        return new CameraView(
            camera.Id,
            camera.Name,
            camera.Source.Kind,
            State(slot, lease, isPresent),
            node.Value.Name,
            opened?.Width ?? camera.Width,
            opened?.Height ?? camera.Height,
            opened is { FrameRate: > 0 } ? opened.FrameRate : camera.FrameRate,
            camera.Tags,
            camera.Facing,
            camera.Formats,
            camera.Discovered,
            camera.Source.Kind == CameraKind.Browser ? null : quality.Rate(camera.Id, capture?.Frames),
            lease is { IsHeld: true } ? lease.Ref : null,
            lease is { Stored.WasGranted: true } ? lease.Stored.AcquiredAt.UtcDateTime : null,
            lease is { IsHeld: true } ? lease.ExpiresAt.UtcDateTime : null,
            lease is { IsHeld: true } ? lease.Mode : null,
            slot is null ? [] : [.. slot.Leases.Where(one => one.IsHeld).Select(HolderView.From)],
            Number(frame?.Header.Sharpness),
            Number(frame?.Header.Brightness),
            capture?.Frames.AgeOfLatest(clock)?.TotalSeconds,
            slot?.Quarantine?.Cause ?? (lease is { IsProbe: true } ? "It is being probed; whoever wants it gets it." : capture?.Status.Fault),
            camera.Scope);
    }

    private static CameraState State(CameraSlot? slot, CameraLease? lease, bool isPresent) => (slot, lease) switch
    {
        ({ Quarantine: not null }, _) => CameraState.Quarantined,
        (_, null) => isPresent ? CameraState.Available : CameraState.Missing,
        (_, { End: not null }) => CameraState.Releasing,
        (_, { IsProbe: true }) => CameraState.Available,
        (_, { Opened.IsCompleted: false }) => CameraState.Opening,
        (_, { Capture.Status.Suspended: true }) => CameraState.Suspended,
        _ => CameraState.Held,
    };

    private static double? Number(float? value) => value is { } number && float.IsFinite(number) ? Math.Round(number, 1) : null;
}

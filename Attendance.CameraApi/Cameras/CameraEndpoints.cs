using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Cameras.Discovery;
using Attendance.CameraApi.Cameras.Quality;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Nodes;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Cameras;

internal static class CameraEndpoints
{
    private const int DefaultHistory = 100;

    public static void MapCameras(this IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/api/cameras").WithTags("Cameras");
        cameras.MapGet("", ListAsync).WithName("listCameras")
            .Routed(RoutedBy.Node)
            .Produces<CamerasResponse>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(423)
            .WithSummary("The cameras of all nodes and who holds them, by 'limit' and 'after'; 'node' asks one. 'browsers=false' leaves out those of browsers, "
                + "whose ids are their owners' affair. 'best=true' with requirements: the one that 'auto' would take now, and why.");
        cameras.MapGet("{cameraId}", (string cameraId, CameraViews views) =>
                views.Find(cameraId) is { } view ? (IResult)TypedResults.Ok(view) : LeaseEndpoints.UnknownCamera())
            .WithName("getCamera").Routed(RoutedBy.Camera)
            .Produces<CameraView>().ProducesProblem(404)
            .WithSummary("One camera.");
        cameras.MapPost("{cameraId}/probe", ProbeAsync).WithName("probeCamera")
            .Routed(RoutedBy.Camera)
            .Produces<CameraView>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(423).ProducesProblem(503)
            .WithSummary("Open a camera that nobody has for a few seconds, to rate it. Whoever wants it meanwhile gets it.");
        cameras.MapGet("{cameraId}/history", HistoryAsync).WithName("getCameraHistory")
            .Produces<HistoryResponse>().ProducesProblem(404).ProducesProblem(503)
            .WithSummary("Ended leases of a camera, newest first.");
        routes.MapGet("/api/camera/status", StatusAsync).WithName("getStatus").WithTags("Cameras").Routed(RoutedBy.Node).Produces<StatusResponse>().ProducesProblem(400)
            .WithSummary("What is held, and whether all is well.");
    }

    private static async Task<IResult> ListAsync(
        int? limit, string? after, bool? browsers, [AsParameters] BestCameraQuery query, HttpContext context, CameraViews views, NodeChoice choice, OtherNodes others)
    {
        if (query.Validate() is { } requirements)
        {
            return await choice.PreviewAsync(context, requirements);
        }

        var page = PageWish.Read(limit, after, browsers);
        var here = views.Page(page);
        return TypedResults.Ok(await others.AddToAsync(context, page, new CamerasResponse(here.Items, here.Next, [])));
    }

    private static async Task<IResult> ProbeAsync(
        string cameraId, HttpContext context, CameraCatalog catalog, CameraSlots slots, CameraProbes probes, CameraViews views)
    {
        if (catalog.Find(cameraId) is null || !slots.TryGet(cameraId, out var slot))
        {
            return LeaseEndpoints.UnknownCamera();
        }

        return await probes.ProbeAsync(slot, context.RequestAborted) is { } refused
            ? LeaseEndpoints.Refused(context, refused)
            : TypedResults.Ok(views.Find(cameraId));
    }

    private static async Task<IResult> StatusAsync(
        int? limit,
        string? after,
        bool? browsers,
        HttpContext context,
        CameraViews views,
        CameraLeases leases,
        OtherNodes others,
        Reconciliation reconciliation,
        OpenLeaks leaks,
        LeaseStore store,
        TimeProvider clock)
    {
        var page = PageWish.Read(limit, after, browsers);
        var here = views.Page(page);
        return TypedResults.Ok(await others.AddToAsync(context, page, new StatusResponse(
            page.WithBrowsers ? leases.LiveCount : leases.Live.Count(lease => lease.Slot.Camera.Source.Kind != CameraKind.Browser),
            [.. here.Items.Where(camera => camera.LeaseRef is not null).Select(camera => camera.CameraId)],
            clock.GetUtcNow().UtcDateTime,
            here.Items,
            here.Next,
            [],
            Math.Max(reconciliation.WorkersWithoutLease().Count, leaks.Open.Count), // what is seen now, and what is being ended
            leases.QuarantinedCount,
            await StoreStateAsync(store))));
    }

    /// <summary>The store has it, so it is told also of a camera whose node is lost.</summary>
    private static async Task<IResult> HistoryAsync(string cameraId, int? limit, string? node, CameraHistory history)
    {
        if (limit is < 1 or > LeaseStore.LedgerLength)
        {
            throw new RequestException("limit", $"must be 1 to {LeaseStore.LedgerLength}.");
        }

        return await history.ReadAsync(cameraId, node, limit ?? DefaultHistory) is { } entries
            ? TypedResults.Ok(new HistoryResponse(cameraId, [.. entries.Select(HistoryItem.From)]))
            : LeaseEndpoints.UnknownCamera();
    }

    private static async Task<string> StoreStateAsync(LeaseStore store)
    {
        try
        {
            await store.PingAsync();
            return "available";
        }
        catch (StoreUnavailableException)
        {
            return "unavailable";
        }
    }
}

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

/// <summary>What is shown of each camera, put together from catalog, slot and capture.</summary>
internal sealed class CameraViews(CameraCatalog catalog, CameraSlots slots, CameraQuality quality, IOptions<NodeOptions> node, TimeProvider clock)
{
    public IReadOnlyList<CameraView> All() => Page(new PageWish(int.MaxValue, After: null)).Items;

    /// <summary>Costs what is on the page and in the catalog, not what is held.</summary>
    public (IReadOnlyList<CameraView> Items, string? Next) Page(PageWish wish)
    {
        var own = node.Value.Name;
        var cameras = catalog.List().SkipWhile(entry => !wish.IsAfter(entry.Camera.Id, own)).Select(entry => (entry.Camera, entry.IsPresent));
        var looked = wish.WithBrowsers ? slots.BrowserCameras(wish.After?.CameraId, wish.Limit) : [];
        var browsers = looked
            .Where(slot => wish.IsAfter(slot.Camera.Id, own) && (slot.Lease is not null || slot.Quarantine is not null))
            .Select(slot => (slot.Camera, IsPresent: true));
        var all = cameras.Concat(browsers).OrderBy(entry => entry.Camera.Id, StringComparer.Ordinal).Take(wish.Limit).ToList();
        var page = all.ConvertAll(entry => Of(entry.Camera, entry.IsPresent));
        return (page, page.Count > 0 && (page.Count == wish.Limit || looked.Count == wish.Limit) ? PageWish.Cursor(page[^1]) : null);
    }

    public CameraView? Find(string cameraId) =>
        catalog.List().Where(entry => entry.Camera.Id == cameraId).Select(entry => Of(entry.Camera, entry.IsPresent)).FirstOrDefault()
        ?? (slots.TryGet(cameraId, out var slot) && (slot.Lease is not null || slot.Quarantine is not null) ? Of(slot.Camera, isPresent: true) : null);

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
            lease is { End: null, Stored.WasGranted: true } ? lease.Ref : null,
            lease is { Stored.WasGranted: true } ? lease.Stored.AcquiredAt.UtcDateTime : null,
            lease is { End: null, Stored.WasGranted: true } ? lease.ExpiresAt.UtcDateTime : null,
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

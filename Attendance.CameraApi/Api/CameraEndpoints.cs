using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;
using Attendance.CameraApi.Views;

namespace Attendance.CameraApi.Api;

internal static class CameraEndpoints
{
    private const int DefaultHistory = 100;

    public static void MapCameras(this IEndpointRouteBuilder routes)
    {
        var cameras = routes.MapGroup("/api/cameras").WithTags("Cameras");
        cameras.MapGet("", ListAsync).WithName("listCameras")
            .Routed(RoutedBy.Node)
            .Produces<CamerasResponse>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(423)
            .WithSummary("Lists the cameras of all nodes and who holds them, by 'limit' and 'after'; 'node' limits the list to one node. 'browsers=false' leaves out those of browsers, "
                + "whose ids are their owners' affair. 'best=true' with requirements: the one that 'auto' would take now, and why.");
        cameras.MapGet("{cameraId}", (string cameraId, CameraViews views) =>
                views.Find(cameraId) is { } view ? (IResult)TypedResults.Ok(view) : LeaseProblems.UnknownCamera())
            .WithName("getCamera").Routed(RoutedBy.Camera)
            .Produces<CameraView>().ProducesProblem(404)
            .WithSummary("Returns one camera.");
        cameras.MapPost("{cameraId}/probe", ProbeAsync).WithName("probeCamera")
            .Routed(RoutedBy.Camera)
            .Produces<CameraView>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(423).ProducesProblem(503)
            .WithSummary("Opens a free camera for a few seconds to rate it. A request for the camera ends the probe.");
        cameras.MapGet("{cameraId}/history", HistoryAsync).WithName("getCameraHistory")
            .Produces<HistoryResponse>().ProducesProblem(404).ProducesProblem(503)
            .WithSummary("Lists the ended leases of a camera, newest first.");
        routes.MapGet("/api/camera/status", StatusAsync).WithName("getStatus").WithTags("Cameras").Routed(RoutedBy.Node).Produces<StatusResponse>().ProducesProblem(400)
            .WithSummary("Returns which cameras are held and whether the node is healthy.");
    }

    private static async Task<IResult> ListAsync(
        int? limit, string? after, bool? browsers, [AsParameters] BestCameraQuery query, HttpContext context, CameraViews views, NodeChoice choice, NodeFanOut others)
    {
        if (query.Validate() is { } requirements)
        {
            return await choice.PreviewAsync(context, requirements);
        }

        var page = PageRequest.Read(limit, after, browsers);
        var here = views.Page(page);
        return TypedResults.Ok(await others.AddToAsync(context, page, new CamerasResponse(here.Items, here.Next, [])));
    }

    private static async Task<IResult> ProbeAsync(
        string cameraId, HttpContext context, CameraCatalog catalog, CameraSlots slots, CameraProbes probes, CameraViews views)
    {
        if (catalog.Find(cameraId) is null || !slots.TryGet(cameraId, out var slot))
        {
            return LeaseProblems.UnknownCamera();
        }

        return await probes.ProbeAsync(slot, context.RequestAborted) is { } refused
            ? LeaseProblems.Refused(context, refused)
            : TypedResults.Ok(views.Find(cameraId));
    }

    private static async Task<IResult> StatusAsync(
        int? limit,
        string? after,
        bool? browsers,
        HttpContext context,
        CameraViews views,
        CameraLeases leases,
        NodeFanOut others,
        Quarantines quarantines,
        Reconciliation reconciliation,
        OpenLeaks leaks,
        LeaseStore store,
        TimeProvider clock)
    {
        var page = PageRequest.Read(limit, after, browsers);
        var here = views.Page(page);
        return TypedResults.Ok(await others.AddToAsync(context, page, new StatusResponse(
            page.WithBrowsers ? leases.LiveCount : leases.Live.Count(lease => lease.Slot.Camera.Source.Kind != CameraKind.Browser),
            [.. here.Items.Where(camera => camera.LeaseRef is not null).Select(camera => camera.CameraId)],
            clock.GetUtcNow().UtcDateTime,
            here.Items,
            here.Next,
            [],
            Math.Max(reconciliation.WorkersWithoutLease().Count, leaks.Open.Count), // leaks that are visible now, or that are being ended
            quarantines.Count,
            await StoreStateAsync(store))));
    }

    /// <summary>Reads the history from the store, so it also works for a camera whose node is lost.</summary>
    private static async Task<IResult> HistoryAsync(string cameraId, int? limit, string? node, CameraHistory history)
    {
        if (limit is < 1 or > LeaseStore.LedgerLength)
        {
            throw new RequestException("limit", $"must be 1 to {LeaseStore.LedgerLength}.");
        }

        return await history.ReadAsync(cameraId, node, limit ?? DefaultHistory) is { } entries
            ? TypedResults.Ok(new HistoryResponse(cameraId, [.. entries.Select(HistoryItem.From)]))
            : LeaseProblems.UnknownCamera();
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

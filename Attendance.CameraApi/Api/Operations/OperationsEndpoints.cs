using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Capture;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Events;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Sessions;
using Attendance.CameraApi.Upkeep;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Api.Operations;

/// <summary>The actions of ops on one camera. Each request names a person or service and a reason, and is recorded in the audit.</summary>
internal static class OperationsEndpoints
{
    private const int DefaultLimit = 100;

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var camera = routes.MapGroup("/api/cameras/{cameraId}").WithTags("Operations");
        camera.MapPost("release", ReleaseAsync).WithName("releaseCamera").Routed(RoutedBy.Camera)
            .Accepts<ReleaseRequest>("application/json").Produces<ReleasedLeases>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Takes a camera back from its holders, or from the one whose lease is named.");
        camera.MapPost("reopen", ReopenAsync).WithName("reopenCamera").Routed(RoutedBy.Camera)
            .Accepts<OpsRequest>("application/json").Produces<CameraReference>(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Reopens a camera under the same lease.");
        camera.MapPost("unquarantine", UnquarantineAsync).WithName("unquarantineCamera").Routed(RoutedBy.Camera)
            .Accepts<OpsRequest>("application/json").Produces<CameraReference>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Checks again whether a quarantined camera is free, and makes it available if it is.");
        routes.MapGet("/api/audit", AuditAsync).WithName("listAudit").WithTags("Operations").Produces<AuditResponse>().ProducesProblem(400).ProducesProblem(503)
            .WithSummary("Lists what operators have done at all nodes, newest first, by 'limit' and 'after'; 'node' limits the list to one node.");
        routes.MapEvents();
    }

    private static async Task<IResult> ReleaseAsync(string cameraId, HttpContext context, CameraSlots slots, CameraLeases leases, AuditLog audit, IOptions<NodeOptions> node, TimeProvider clock)
    {
        var request = await JsonBody.ReadAsync<ReleaseRequest>(context.Request, absent: null, context.RequestAborted);
        var (by, why) = request.Validate();
        if (!slots.TryGet(cameraId, out var slot))
        {
            return LeaseProblems.UnknownCamera();
        }

        CameraLease[] held = [.. slot.Leases.Where(lease => request.LeaseRef is null || lease.Ref == request.LeaseRef)];
        if (held.Length == 0)
        {
            return NotHeld(request.LeaseRef is null ? "Nobody holds this camera." : "No lease of this camera has this reference.");
        }

        // Does not use the request's token: the release is completed even if the client does not wait.
        var started = clock.GetTimestamp();
        var forced = new LeaseEnd(ReleaseReason.Forced);
        var outcomes = await Task.WhenAll(held.Select(lease => leases.EndAsync(lease, forced)));
        var took = clock.GetElapsedTime(started).TotalSeconds;
        var released = held.Select(lease => new ReleasedCamera(cameraId, node.Value.Name, (lease.End ?? forced).Reason.Name(), took, lease.Ref, lease.Mode.Name())).ToList();
        var stuck = outcomes.OfType<CloseOutcome.NotFree>().FirstOrDefault();
        audit.Add("release", cameraId, by, why, stuck is not null ? $"Not free: {stuck.Cause}" : $"{(slot.IsEmpty ? "Free" : "Still shared by others")}, {string.Join(", ", released.Select(one => one.Reason).Distinct())}.");
        return stuck is not null ? NotFree(stuck.Cause) : TypedResults.Ok(new ReleasedLeases(cameraId, released[0].Node, released[0].Reason, took, released));
    }

    private static async Task<IResult> ReopenAsync(string cameraId, HttpContext context, CameraSlots slots, AuditLog audit)
    {
        var (by, why) = (await JsonBody.ReadAsync<OpsRequest>(context.Request, absent: null, context.RequestAborted)).Validate();
        if (!slots.TryGet(cameraId, out var slot))
        {
            return LeaseProblems.UnknownCamera();
        }

        if (slot.Lease is not { End: null, Opened.IsCompletedSuccessfully: true, Capture: { } capture })
        {
            return NotHeld("Nobody holds this camera.");
        }

        if (capture is not IReopenable reopenable)
        {
            return new Problem(StatusCodes.Status409Conflict, ProblemCodes.NotReopenable, "A browser's camera can be reopened only by its page.");
        }

        reopenable.Reopen();
        audit.Add("reopen", cameraId, by, why, "Its worker was ended; another opens the camera.");
        return TypedResults.Accepted((string?)null, new CameraReference(cameraId));
    }

    private static async Task<IResult> UnquarantineAsync(string cameraId, HttpContext context, CameraSlots slots, Quarantines quarantines, AuditLog audit)
    {
        var (by, why) = (await JsonBody.ReadAsync<OpsRequest>(context.Request, absent: null, context.RequestAborted)).Validate();
        if (!slots.TryGet(cameraId, out var slot))
        {
            return LeaseProblems.UnknownCamera();
        }

        if (slot.Quarantine is not { } quarantine)
        {
            return new Problem(StatusCodes.Status409Conflict, ProblemCodes.NotQuarantined, "The camera is not quarantined.");
        }

        var isFree = await quarantines.TryEndAsync(slot, quarantine);
        audit.Add("unquarantine", cameraId, by, why, isFree ? "It is free." : $"Not free: {quarantine.Cause}");
        return isFree ? TypedResults.Ok(new CameraReference(cameraId)) : NotFree(quarantine.Cause);
    }

    /// <summary>Reads the audit from the store, so any node can list the entries of all nodes, also of lost ones.</summary>
    private static async Task<IResult> AuditAsync(int? limit, string? after, string? node, AuditLog audit)
    {
        if (limit is < 1 or > AuditLog.Length)
        {
            throw new RequestException("limit", $"must be 1 to {AuditLog.Length}.");
        }

        AuditPosition? position = after is null ? null
            : AuditPosition.Parse(after) ?? throw new RequestException("after", "must be the 'next' of an earlier page.");
        var (items, next) = await audit.ReadAsync(limit ?? DefaultLimit, position, node);
        return TypedResults.Ok(new AuditResponse(items, next));
    }

    private static Problem NotHeld(string title) => new(StatusCodes.Status409Conflict, ProblemCodes.NotHeld, title);

    private static Problem NotFree(string cause) =>
        new(StatusCodes.Status409Conflict, ProblemCodes.NotFree, "The camera could not be proven free.") { Detail = cause };
}

internal sealed record CameraReference(string CameraId);

/// <summary>What ops took back.</summary>
/// <param name="Seconds">Time in seconds until all of it was done.</param>
/// <param name="Leases">The leases that were ended: one, or all that shared the camera.</param>
internal sealed record ReleasedLeases(string CameraId, string Node, string Reason, double Seconds, IReadOnlyList<ReleasedCamera> Leases);

/// <param name="Next">The value of <c>after</c> for the next page; null if there is no next page.</param>
internal sealed record AuditResponse(IReadOnlyList<AuditEntry> Items, string? Next);

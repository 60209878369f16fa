using System.Text.RegularExpressions;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Choice;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.CameraApi.Api;

internal static class LeaseEndpoints
{
    public static void MapLeases(this IEndpointRouteBuilder routes)
    {
        var leases = routes.MapGroup("/api/leases").WithTags("Leases");
        leases.MapPost("", AcquireAsync).WithName("acquireCamera").Routed(RoutedBy.WishOfBody)
            .Accepts<AcquireLease>("application/json")
            .Produces<LeaseResponse>(StatusCodes.Status200OK).Produces<LeaseResponse>(StatusCodes.Status201Created)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(423).ProducesProblem(503)
            .WithSummary("Acquires a camera for a session. Answers after the first frame.");
        leases.MapPost("check", CheckAsync).WithName("checkLease").Routed(RoutedBy.LeaseOfBody)
            .Accepts<CheckLease>("application/json")
            .Produces<CheckedResponse>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(410)
            .WithSummary("Checks whether something may be written under a lease now. Does not extend it.");
        leases.MapPut("{leaseId}", RenewAsync).WithName("renewLease").Routed(RoutedBy.Lease)
            .Produces<CurrentLease>().ProducesProblem(410).ProducesProblem(503)
            .WithSummary("Extends a lease by its TTL once the session store has confirmed it.");
        leases.MapGet("{leaseId}", Get).WithName("getLease").Routed(RoutedBy.Lease)
            .Produces<CurrentLease>().ProducesProblem(410)
            .WithSummary("Returns which camera a lease has now and how to see it. Does not extend it.");
        leases.MapDelete("{leaseId}", ReleaseAsync).WithName("releaseLease").Routed(RoutedBy.Lease)
            .Produces(204).WithSummary("Releases a camera. Answers when it is free; can be repeated.");
    }

    private static async Task<IResult> AcquireAsync(
        HttpContext context,
        [FromHeader(Name = WireHeaders.Account)] string? account,
        CameraSlots slots,
        CameraLeases leases,
        NodeChoice choice,
        SharedCameraForwarding sharedCameras,
        AuditLog audit,
        CancellationToken cancellationToken)
    {
        var request = await JsonBody.ReadAsync<AcquireLease>(context.Request, absent: null, cancellationToken);
        var acquireOptions = request.Validate() with { TookOver = TellOfTakeover(account, audit) };
        if (request.CameraId == CameraChoice.Auto)
        {
            var (here, there) = await choice.AcquireAsync(context, request.Requirements ?? new(), acquireOptions, cancellationToken);
            return there ?? ToResult(context, request, here);
        }

        if (IdFormats.IsBrowserCamera(request.CameraId))
        {
            using var visit = slots.VisitBrowserCamera(request.CameraId!);
            return visit is null
                ? TooManyBrowserCameras(context)
                : await AcquireAsync(visit.Slot);
        }

        return slots.TryGet(request.CameraId!, out var slot) ? await AcquireAsync(slot) : LeaseProblems.UnknownCamera();

        async Task<IResult> AcquireAsync(CameraSlot one)
        {
            var outcome = await leases.AcquireAsync(one, acquireOptions, cancellationToken);
            return sharedCameras.TryForward(context, outcome) ?? ToResult(context, request, outcome);
        }
    }

    /// <summary>Takes all parameters from the body, because a lease's id is a secret and proxies log addresses.</summary>
    private static async Task<IResult> CheckAsync(HttpContext context, CameraLeases leases, CancellationToken cancellationToken)
    {
        var (leaseId, cameraId, fencingToken) =
            (await JsonBody.ReadAsync<CheckLease>(context.Request, absent: null, cancellationToken)).Validate();
        return await leases.CheckAsync(leaseId, cameraId, fencingToken, cancellationToken) switch
        {
            CheckOutcome.Live { Lease: var lease } =>
                TypedResults.Ok(new CheckedResponse(lease.CameraId, lease.Ref, lease.FencingToken, lease.ExpiresAt.UtcDateTime)),
            CheckOutcome.Ended ended => LeaseProblems.LeaseEnded(ended.End),
            _ => new Problem(StatusCodes.Status409Conflict, ProblemCodes.StaleToken, "The fencing token is not that of this lease."),
        };
    }

    private static async Task<IResult> RenewAsync(string leaseId, CameraLeases leases) =>
        await leases.RenewAsync(leaseId) is { } lease ? TypedResults.Ok(CurrentLease.From(lease)) : LeaseProblems.LeaseEnded(leases.FindEnd(leaseId));

    private static IResult Get(string leaseId, CameraLeases leases) =>
        leases.Find(leaseId)?.Current is { End: null } lease ? TypedResults.Ok(CurrentLease.From(lease)) : LeaseProblems.LeaseEnded(leases.FindEnd(leaseId));

    /// <summary>Ends a lease. The camera is freed even if the client disconnects before that is done.</summary>
    private static async Task<NoContent> ReleaseAsync(string leaseId, string? reason, CameraLeases leases)
    {
        if (leases.Find(leaseId) is { } lease)
        {
            await leases.EndAsync(lease, ReleaseReasons.FromClient(reason));
        }

        return TypedResults.NoContent();
    }

    private static IResult ToResult(HttpContext context, AcquireLease request, AcquireOutcome? outcome) => outcome is AcquireOutcome.Granted granted
        ? TypedResults.Json(
            LeaseResponse.From(granted.Lease, request.SessionId!) with { Choice = granted.Choice },
            statusCode: granted.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
        : LeaseProblems.Refused(context, outcome);

    private static Problem TooManyBrowserCameras(HttpContext context)
    {
        context.RequestServices.GetRequiredService<ReachedLimits>().Count("browser_cameras");
        return new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManyBrowserCameras, "Too many browsers are using their cameras.")
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };
    }

    /// <returns>A callback that audits a takeover; null if the request names nobody. Then only the log records it, as the reason for
    /// that lease's end.</returns>
    private static Action<CameraLease>? TellOfTakeover(string? account, AuditLog audit) =>
        account is null ? null
        : IdFormats.IsName(account) ? taken => audit.Add("takeover", taken.CameraId, account, why: null, $"Lease {taken.Ref} was ended for another session.")
        : throw new RequestException(WireHeaders.Account, IdFormats.NameRule);
}

/// <summary>A request for a camera.</summary>
/// <param name="SessionId">8 to 128 of A-Z a-z 0-9 _ - , chosen by the client. Anybody who knows it can release the session's cameras.</param>
/// <param name="CameraId">A camera of the catalog, or <c>auto</c> for any free one that meets the requirements.</param>
/// <param name="TtlSeconds">The lease's time to live, 5 to 3600 seconds.</param>
/// <param name="WaitSeconds">How long to wait in the queue for a camera in use, 0 to 60 seconds. The queue is first come, first served.</param>
/// <param name="Takeover">Whether to end the lease of another session instead of waiting.</param>
/// <param name="Mode"><c>exclusive</c>, the default, or <c>shared</c>: others that share the camera may hold it at the same time.</param>
/// <param name="Role">What a session that shares the camera does with it, such as <c>recognizer</c>: 1 to 32 of a-z 0-9 _ - . At most one session has
/// the camera in each role.</param>
/// <param name="Failover">Whether to move to another camera if this one is lost, instead of waiting for it.</param>
internal sealed partial record AcquireLease(
    string? SessionId = null,
    string? CameraId = null,
    int? TtlSeconds = null,
    int? WaitSeconds = null,
    bool? Takeover = null,
    string? Mode = null,
    string? Role = null,
    bool? Failover = null,
    CameraRequirements? Requirements = null)
{
    private const int MaxWaitSeconds = 60;
    private const int LongestRole = 32;

    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public AcquireOptions Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (!IdFormats.IsSession(SessionId))
        {
            errors["session_id"] = [IdFormats.SessionRule];
        }

        if (!IdFormats.IsName(CameraId))
        {
            errors["camera_id"] = [IdFormats.NameRule];
        }

        if (TtlSeconds is < LeaseOptions.MinTtlSeconds or > LeaseOptions.MaxTtlSeconds)
        {
            errors["ttl_seconds"] = [$"must be {LeaseOptions.MinTtlSeconds} to {LeaseOptions.MaxTtlSeconds}."];
        }

        if (WaitSeconds is < 0 or > MaxWaitSeconds)
        {
            errors["wait_seconds"] = [$"must be 0 to {MaxWaitSeconds}."];
        }

        var mode = Mode is null ? LeaseMode.Exclusive : LeaseModes.Parse(Mode);
        if (mode is null)
        {
            errors["mode"] = ["must be 'exclusive' or 'shared'."];
        }
        else if (mode == LeaseMode.Shared && IdFormats.IsBrowserCamera(CameraId))
        {
            errors["mode"] = ["must be 'exclusive' for a browser's camera, which only its own page can open."];
        }

        if (Role is not null && (mode != LeaseMode.Shared || Role.Length > LongestRole || !RoleFormat().IsMatch(Role)))
        {
            errors["role"] = [$"must be 1 to {LongestRole} of a-z 0-9 _ -, and goes with mode 'shared' only."];
        }

        if (Requirements is not null && CameraId != CameraChoice.Auto && Failover is not true)
        {
            errors["requirements"] = ["go with camera_id 'auto', or with failover."];
        }

        Requirements?.Check("requirements.", errors);

        if (Failover is true && IdFormats.IsBrowserCamera(CameraId))
        {
            errors["failover"] = ["is for cameras of the server: the camera of a page is the page's own to change."];
        }

        RequestException.ThrowIfAny(errors);
        return new AcquireOptions(
            Identifiers.SessionHash(SessionId!),
            TtlSeconds is { } ttl ? TimeSpan.FromSeconds(ttl) : null,
            TimeSpan.FromSeconds(WaitSeconds ?? 0),
            Takeover ?? false,
            Failover is true ? Requirements ?? new() : null,
            mode!.Value,
            Role);
    }

    [GeneratedRegex(@"^[a-z0-9_-]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RoleFormat();
}

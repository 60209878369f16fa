using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Store;
using Attendance.CameraApi.Upkeep;

namespace Attendance.CameraApi.Api;

internal static class CleanupEndpoints
{
    public static void MapCleanup(this IEndpointRouteBuilder routes) => routes
        .MapPost("/api/camera/cleanup", CleanupAsync).WithName("cleanUp").WithTags("Leases")
        .Accepts<CleanupRequest>("application/json", "text/plain", "*/*") // a beacon and curl -d state another content type than they send
        .Produces<CleanupResponse>().ProducesProblem(400).ProducesProblem(413)
        .WithSummary("Release what sessions hold; without a session what is stale, or with 'force' everything. May be repeated.");

    /// <summary>The timeout for another node's answer. It is longer than the release of all cameras there takes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private static async Task<IResult> CleanupAsync(
        HttpContext context, Cleanup cleanup, NodeFanOut others, SessionNodes holders, NodeRegistry nodes, AuditLog audit, TimeProvider clock)
    {
        var request = await JsonBody.ReadAsync(context.Request, new CleanupRequest(null, null, null, null, null, null, null, null), context.RequestAborted);
        var sessions = request.Validate();
        var isDryRun = request.DryRun ?? false;

        // Does not use the request's token, because a page that leaves does not wait for the answer.
        var elsewhere = AskOthersAsync();
        var end = ReleaseReasons.FromClient(request.Reason);
        var result = request.GraceMs is > 0 and var grace ? cleanup.LeaveSessions(sessions, end, TimeSpan.FromMilliseconds(grace), isDryRun)
            : sessions.Count > 0 ? await cleanup.ReleaseSessionsAsync(sessions, end, isDryRun)
            : request.Force == true ? await cleanup.ReleaseAllAsync(isDryRun)
            : await cleanup.ReleaseStaleAsync(isDryRun);
        var (answers, unreachable) = await elsewhere;
        result = new CleanupResult(
            [.. result.Released, .. answers.SelectMany(one => one.Released)],
            [.. result.Failed, .. answers.SelectMany(one => one.Failed), .. unreachable.Select(name => new FailedCamera("", $"Node {name} did not answer."))])
        {
            Leaving = [.. result.Leaving, .. answers.SelectMany(one => one.Leaving)],
        };
        if (request.By is { } by && sessions.Count == 0 && !isDryRun)
        {
            audit.Add(
                request.Force == true ? "release_all" : "release_stale",
                cameraId: null,
                by,
                request.Why?.Trim(),
                $"{result.Released.Count} released, {result.Failed.Count} not free.");
        }

        return TypedResults.Ok(new CleanupResponse(result.Released, result.Failed, result.Leaving, isDryRun, clock.GetUtcNow().UtcDateTime));

        async Task<(IReadOnlyList<CleanupResponse> Answers, IReadOnlyList<string> Unreachable)> AskOthersAsync()
        {
            if (Peers.Hops(context.Request) > 0 || nodes.IsAlone)
            {
                return ([], []);
            }

            // Only the node that got the request writes the audit entry, so the other nodes get no names.
            var question = request with { By = null, Why = null };
            if (sessions.Count == 0)
            {
                return await others.AskAsync<CleanupResponse>(context, "/api/camera/cleanup", question, s_patience, [.. nodes.Up]);
            }

            var names = await HoldersAsync(holders, sessions);
            return await others.AskAsync<CleanupResponse>(
                context, "/api/camera/cleanup", question, s_patience, [.. nodes.Up.Where(other => names.Contains(other.Node))]);
        }
    }

    /// <summary>
    /// Returns the nodes that hold leases for the sessions. If the store does not answer, the request ends the leases of this node, and
    /// presence ends the others.
    /// </summary>
    private static async Task<IReadOnlySet<string>> HoldersAsync(SessionNodes holders, IReadOnlyList<string> sessions)
    {
        try
        {
            return (await Task.WhenAll(sessions.Select(holders.FindOthersAsync))).SelectMany(names => names).ToHashSet();
        }
        catch (StoreUnavailableException)
        {
            return new HashSet<string>();
        }
    }
}

/// <param name="SessionId">A session whose cameras to release, in addition to those of <paramref name="SessionIds"/>.</param>
/// <param name="Reason">One of the release reasons, or the client's own word of at most 64 characters.</param>
/// <param name="Force">Whether to release everything and not only what is stale. Not allowed with sessions.</param>
/// <param name="DryRun">Whether to only report what would be released.</param>
/// <param name="By">Without a session: the person or service that asks, for the audit. It requires <paramref name="Why"/>.</param>
/// <param name="GraceMs">With sessions: how long they may come back and find their leases, 0 to 2000 ms; 0 releases at once.</param>
internal sealed record CleanupRequest(
    string? SessionId, IReadOnlyList<string?>? SessionIds, string? Reason, bool? Force, bool? DryRun, int? GraceMs, string? By, string? Why)
{
    private const int MaxSessions = 100;
    private const int MaxGraceMs = 2000;

    /// <returns>The hashes of the named sessions.</returns>
    /// <exception cref="RequestException">The request is not valid. The exception names every field that is wrong.</exception>
    public IReadOnlyList<string> Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (SessionId is not null && !Identifiers.IsSession(SessionId))
        {
            errors["session_id"] = ["must be 8 to 128 of A-Z a-z 0-9 _ - ."];
        }

        if (SessionIds is { Count: > MaxSessions })
        {
            errors["session_ids"] = [$"may hold {MaxSessions} at most."];
        }
        else if (SessionIds is not null && SessionIds.ToList().FindIndex(id => !Identifiers.IsSession(id)) is var wrong and >= 0)
        {
            errors[$"session_ids[{wrong}]"] = ["must be 8 to 128 of A-Z a-z 0-9 _ - ."];
        }

        if (Force == true && (SessionId is not null || SessionIds is not null))
        {
            errors["force"] = ["releases everything and cannot go with sessions."];
        }

        if (GraceMs is < 0 or > MaxGraceMs)
        {
            errors["grace_ms"] = [$"must be 0 to {MaxGraceMs}."];
        }
        else if (GraceMs > 0 && SessionId is null && SessionIds is not { Count: > 0 })
        {
            errors["grace_ms"] = ["goes with sessions only."];
        }

        if (By is not null || Why is not null)
        {
            OpsRequest.CheckBy(By, errors);
            OpsRequest.CheckWhy(Why, errors);
        }

        return errors.Count > 0
            ? throw new RequestException(errors)
            : [.. (SessionIds ?? []).Append(SessionId).OfType<string>().Distinct().Select(Identifiers.SessionHash)];
    }
}

internal sealed record CleanupResponse(
    IReadOnlyList<ReleasedCamera> Released,
    IReadOnlyList<FailedCamera> Failed,
    IReadOnlyList<LeavingCamera> Leaving,
    bool DryRun,
    DateTime Timestamp);

using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;
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
        .WithSummary("Releases the cameras of the given sessions; without a session the stale ones, or with 'force' all of them. Can be repeated.");

    /// <summary>The timeout for another node's answer. It is longer than the release of all cameras there takes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private static async Task<IResult> CleanupAsync(
        HttpContext context, Cleanup cleanup, NodeFanOut others, SessionNodes holders, NodeRegistry nodes, AuditLog audit, TimeProvider clock)
    {
        // A node of a later version may pass on members that this version does not know. They are ignored.
        var request = await JsonBody.ReadAsync(
            context.Request, new CleanupRequest(), context.RequestAborted, Peers.Hops(context.Request) > 0 ? WireJson.Kept : WireJson.Requests);
        request.Validate();
        IReadOnlyList<string> sessions = [.. request.AllSessions().Select(Identifiers.SessionHash)];
        var isDryRun = request.DryRun ?? false;

        // Does not use the request's token, because a page that leaves does not wait for the answer.
        var elsewhere = AskOthersAsync();
        var end = ReleaseReasons.FromClient(request.Reason);
        var result = request.GraceMs is > 0 and var grace ? cleanup.LeaveSessions(sessions, end, TimeSpan.FromMilliseconds(grace), isDryRun)
            : sessions.Count > 0 ? await cleanup.ReleaseSessionsAsync(sessions, request.LeaseRefs, end, isDryRun)
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

using System.Globalization;
using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;

namespace Attendance.CameraApi.Api;

/// <summary>WHEP (draft-ietf-wish-whep): a page or any other client watches a camera of the server by WebRTC, under a lease of it.</summary>
internal static class WhepEndpoints
{
    public static void MapWhep(this IEndpointRouteBuilder routes)
    {
        var whep = routes.MapGroup("/api/cameras/{cameraId}/whep").WithTags("Live").WithMetadata(new LeaseAsBearer());
        whep.MapPost("", WatchAsync).WithName("watchCamera").Routed(RoutedBy.Camera)
            .Accepts<string>(SdpOffer.MediaType).Produces<string>(StatusCodes.Status201Created, SdpOffer.MediaType)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(410).ProducesProblem(415).ProducesProblem(503)
            .WithSummary("Shows a camera by WHEP until the lease ends. The lease's id is the bearer token.");
        whep.MapDelete("{peer}", End).WithName("unwatchCamera").Routed(RoutedBy.Camera)
            .Produces(200).ProducesProblem(401)
            .WithSummary("Ends the showing. Can be repeated.");
        whep.MapPatch("{peer}", LiveRequests.NotPatched).ExcludeFromDescription();
    }

    private static async Task<IResult> WatchAsync(string cameraId, HttpContext context, CameraLeases leases, LiveViewers viewers, CancellationToken cancellationToken)
    {
        if (LiveRequests.BearerOf(context) is not { } leaseId)
        {
            return LiveRequests.LeaseRequired();
        }

        if (await StreamEndpoints.FindAsync(leases, cameraId, leaseId, cancellationToken) is not { } lease)
        {
            return StreamEndpoints.Refuse(cameraId, leaseId, leases);
        }

        return await LiveRequests.AnswerAsync(context, SdpOffer.FaultToWatch, async offer =>
        {
            if (await viewers.WatchAsync(lease, offer, cancellationToken) is not { } watched)
            {
                return lease.End is { } end ? LeaseProblems.LeaseEnded(end) : TooMany();
            }

            context.Response.Headers[WireHeaders.FencingToken] = lease.FencingToken.ToString(CultureInfo.InvariantCulture); // of all pictures: they end with the lease
            return LiveRequests.Answered(context, $"/api/cameras/{cameraId}/whep/{watched.Viewer.Peer}", watched.Answer);
        });
    }

    /// <summary>It is no fault that a limit is reached here: pages show Motion JPEG then.</summary>
    private static Problem TooMany() => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManyViewers, "As many watch by WebRTC at this node as may. Watch by Motion JPEG.")
    {
        RetryAfter = TimeSpan.FromSeconds(30),
    };

    private static IResult End(string cameraId, string peer, HttpContext context, LiveViewers viewers)
    {
        if (LiveRequests.BearerOf(context) is not { } leaseId)
        {
            return LiveRequests.LeaseRequired();
        }

        viewers.End(leaseId, peer);
        return TypedResults.Ok();
    }
}

using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Api;

/// <summary>WHIP (RFC 9725): a page, a phone or any other client publishes its own camera, under its lease of that camera.</summary>
internal static class WhipEndpoints
{
    public static void MapWhip(this IEndpointRouteBuilder routes)
    {
        var whip = routes.MapGroup("/api/cameras/{cameraId}/whip").WithTags("Live").WithMetadata(new LeaseAsBearer());
        whip.MapPost("", PublishAsync).WithName("publishCamera").Routed(RoutedBy.Camera)
            .Accepts<string>(SdpOffer.MediaType).Produces<string>(StatusCodes.Status201Created, SdpOffer.MediaType)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(410).ProducesProblem(415).ProducesProblem(503)
            .WithSummary("Publishes a browser's camera by WHIP (RFC 9725), as a camera of the catalog. The lease's id is the bearer token.");
        whip.MapDelete("{peer}", End).WithName("unpublishCamera").Routed(RoutedBy.Camera)
            .Produces(200).ProducesProblem(401)
            .WithSummary("Ends a publication. Can be repeated.");
        whip.MapPatch("{peer}", LiveRequests.NotPatched).ExcludeFromDescription();
    }

    private static async Task<IResult> PublishAsync(string cameraId, HttpContext context, CameraLeases leases, Publications publications, CancellationToken cancellationToken)
    {
        if (LiveRequests.BearerOf(context) is not { } leaseId)
        {
            return LiveRequests.LeaseRequired();
        }

        if (LiveRequests.FindToPublish(leases, cameraId, leaseId) is not { } lease)
        {
            return LeaseProblems.LeaseEnded(leases.FindEnd(leaseId));
        }

        return await LiveRequests.AnswerAsync(context, SdpOffer.FaultToPublish, async offer =>
        {
            if (await publications.PublishAsync(lease, offer, cancellationToken) is not { } published)
            {
                return lease.End is { } end ? LeaseProblems.LeaseEnded(end) : TooMany(context);
            }

            context.Response.Headers[WireHeaders.PublishedCamera] = published.Publication.CameraId;
            return LiveRequests.Answered(context, $"/api/cameras/{cameraId}/whip/{published.Publication.Peer}", published.Answer);
        });
    }

    private static IResult End(string cameraId, string peer, HttpContext context, Publications publications)
    {
        if (LiveRequests.BearerOf(context) is not { } leaseId)
        {
            return LiveRequests.LeaseRequired();
        }

        publications.End(leaseId, peer);
        return TypedResults.Ok();
    }

    private static Problem TooMany(HttpContext context)
    {
        context.RequestServices.GetRequiredService<ReachedLimits>().Count("publishers");
        return new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManyPublishers, "As many cameras are published at this node as may be.")
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };
    }
}

using Attendance.CameraApi.Cluster;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;
using Attendance.ServiceDefaults;

namespace Attendance.CameraApi.Api;

/// <summary>WHIP (RFC 9725): a page, a phone or any other client publishes its own camera, under its lease of that camera.</summary>
internal static class WhipEndpoints
{
    private const string Scheme = "Bearer ";

    public static void MapWhip(this IEndpointRouteBuilder routes)
    {
        var whip = routes.MapGroup("/api/cameras/{cameraId}/whip").WithTags("Live");
        whip.MapPost("", PublishAsync).WithName("publishCamera").Routed(RoutedBy.Camera)
            .Accepts<string>(SdpOffer.MediaType).Produces<string>(StatusCodes.Status201Created, SdpOffer.MediaType)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(410).ProducesProblem(415).ProducesProblem(503)
            .WithSummary("Publishes a browser's camera by WHIP (RFC 9725), as a camera of the catalog. The lease's id is the bearer token.");
        whip.MapDelete("{peer}", End).WithName("unpublishCamera").Routed(RoutedBy.Camera)
            .Produces(200).ProducesProblem(401)
            .WithSummary("Ends a publication. Can be repeated.");
        whip.MapPatch("{peer}", () => Results.StatusCode(StatusCodes.Status405MethodNotAllowed)).ExcludeFromDescription(); // neither trickle ICE nor restarts, as RFC 9725 allows
    }

    private static async Task<IResult> PublishAsync(string cameraId, HttpContext context, CameraLeases leases, Publications publications, CancellationToken cancellationToken)
    {
        if (BearerOf(context) is not { } leaseId)
        {
            return LeaseRequired();
        }

        if (!IdFormats.IsBrowserCamera(cameraId) || leases.Find(leaseId) is not { End: null } lease || lease.CameraId != cameraId)
        {
            return LeaseProblems.LeaseEnded(leases.FindEnd(leaseId));
        }

        if (context.Request.ContentType is not { } type || !type.StartsWith(SdpOffer.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return new Problem(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, $"The offer must be sent as {SdpOffer.MediaType}.");
        }

        using var reader = new StreamReader(context.Request.Body);
        var offer = await reader.ReadToEndAsync(cancellationToken);
        if (SdpOffer.Fault(offer) is { } fault)
        {
            throw new RequestException("offer", fault);
        }

        try
        {
            if (await publications.PublishAsync(lease, offer, cancellationToken) is not { } published)
            {
                return lease.End is { } end ? LeaseProblems.LeaseEnded(end) : TooMany(context);
            }

            context.Response.Headers.Location = $"/api/cameras/{cameraId}/whip/{published.Publication.Peer}";
            context.Response.Headers[WireHeaders.PublishedCamera] = published.Publication.CameraId;
            return TypedResults.Text(published.Answer, SdpOffer.MediaType, statusCode: StatusCodes.Status201Created);
        }
        catch (OfferRefusedException exception)
        {
            throw new RequestException("offer", $"is not accepted: {exception.Message}");
        }
        catch (LiveUnavailableException exception)
        {
            return new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.LiveUnavailable, "Cameras cannot be published at this node now.")
            {
                Detail = exception.Message, RetryAfter = TimeSpan.FromSeconds(2),
            };
        }
    }

    private static IResult End(string cameraId, string peer, HttpContext context, Publications publications)
    {
        if (BearerOf(context) is not { } leaseId)
        {
            return LeaseRequired();
        }

        publications.End(leaseId, peer);
        return TypedResults.Ok();
    }

    private static string? BearerOf(HttpContext context) =>
        context.Request.Headers.Authorization.ToString() is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && IdFormats.IsLease(value[Scheme.Length..])
            ? value[Scheme.Length..]
            : null;

    private static Problem LeaseRequired() =>
        new(StatusCodes.Status401Unauthorized, ProblemCodes.LeaseRequired, "Who publishes a camera sends the id of their lease of it, as 'Authorization: Bearer'.");

    private static Problem TooMany(HttpContext context)
    {
        context.RequestServices.GetRequiredService<ReachedLimits>().Count("publishers");
        return new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.TooManyPublishers, "As many cameras are published at this node as may be.")
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };
    }
}

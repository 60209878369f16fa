using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Live;

namespace Attendance.CameraApi.Api;

/// <summary>What WHIP and WHEP have in common: an offer under a lease, whose id is the bearer token.</summary>
internal static class LiveRequests
{
    private const string Scheme = "Bearer ";

    public static string? BearerOf(HttpContext context) =>
        context.Request.Headers.Authorization.ToString() is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && IdFormats.IsLease(value[Scheme.Length..])
            ? value[Scheme.Length..]
            : null;

    public static Problem LeaseRequired() =>
        new(StatusCodes.Status401Unauthorized, ProblemCodes.LeaseRequired, "Who publishes or watches a camera sends the id of their lease of it, as 'Authorization: Bearer'.");

    /// <summary>Returns the live lease under which a browser's camera may be published; null if it is not one of this camera, or has ended.</summary>
    public static CameraLease? FindToPublish(CameraLeases leases, string cameraId, string leaseId) =>
        IdFormats.IsBrowserCamera(cameraId) && leases.Find(leaseId) is { End: null } lease && lease.CameraId == cameraId ? lease : null;

    /// <summary>Reads the offer, and answers the request with what <paramref name="answerAsync"/> makes of it.</summary>
    /// <param name="faultOf">What is wrong with an offer, to be read after its name; null if nothing is.</param>
    public static async Task<IResult> AnswerAsync(HttpContext context, Func<string, string?> faultOf, Func<string, Task<IResult>> answerAsync)
    {
        if (context.Request.ContentType is not { } type || !type.StartsWith(SdpOffer.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return new Problem(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, $"The offer must be sent as {SdpOffer.MediaType}.");
        }

        using var reader = new StreamReader(context.Request.Body);
        var offer = await reader.ReadToEndAsync(context.RequestAborted);
        if (faultOf(offer) is { } fault)
        {
            throw new RequestException("offer", fault);
        }

        try
        {
            return await answerAsync(offer);
        }
        catch (OfferRefusedException exception)
        {
            throw new RequestException("offer", $"is not accepted: {exception.Message}");
        }
        catch (LiveUnavailableException exception)
        {
            return new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.LiveUnavailable, "This node does not speak WebRTC now.")
            {
                Detail = exception.Message, RetryAfter = TimeSpan.FromSeconds(2),
            };
        }
    }

    /// <param name="location">The address whose deletion ends what was answered.</param>
    public static IResult Answered(HttpContext context, string location, string answer)
    {
        context.Response.Headers.Location = location;
        return TypedResults.Text(answer, SdpOffer.MediaType, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Neither trickle ICE nor restarts are supported, as the RFC allows.</summary>
    public static IResult NotPatched() => Results.StatusCode(StatusCodes.Status405MethodNotAllowed);
}

using System.Net.Mime;
using System.Security.Claims;
using System.Text.Json;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Forwarding;
using Attendance.Web.People;
using Microsoft.AspNetCore.Antiforgery;

namespace Attendance.Web.Enrollment;

internal static class ShotEndpoints
{
    private const string RetryAfterSeconds = "2";
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void MapShots(this IEndpointRouteBuilder routes)
    {
        var shots = routes.MapGroup("/api/people/{personId:guid}/shots").AddEndpointFilter(RequireTokenAsync);
        shots.MapGet("", ListAsync);
        shots.MapPost("", StoreAsync)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(ShotForm.LargestBody))
            .WithFormOptions(memoryBufferThreshold: ShotForm.LargestBody, multipartBodyLengthLimit: ShotForm.LargestBody); // never in a file
        shots.MapDelete("{pose}", DeleteAsync);
        shots.MapGet("{pose}/picture", PictureAsync);
    }

    /// <summary>What changes something carries the token that our own page was given.</summary>
    private static async ValueTask<object?> RequireTokenAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var antiforgery = context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>();
        return HttpMethods.IsGet(context.HttpContext.Request.Method) || await antiforgery.IsRequestValidAsync(context.HttpContext)
            ? await next(context)
            : ApiProblems.Invalid("RequestVerificationToken", "the header must carry the token of the page; load the page again.");
    }

    private static async Task<IResult> ListAsync(Guid personId, PeopleStore people, CancellationToken cancellationToken) =>
        await people.FindAsync(personId, cancellationToken) is { } person
            ? TypedResults.Json(
                new ShotList(person.Id, person.Consent is not null, Poses.Names, [.. person.Shots.OrderBy(shot => shot.Pose).Select(ShotResponse.From)]),
                s_json)
            : EnrollmentProblems.UnknownPerson();

    /// <summary>
    /// The cheap questions come first. Whether the lease is live is asked last, right before storing: nothing is stored for a page
    /// that had the camera when it began to send.
    /// </summary>
    private static async Task<IResult> StoreAsync(
        Guid personId, HttpContext context, PeopleStore people, ShotStore shots, ShotInspector inspector, LeaseChecks leases, TimeProvider clock)
    {
        var cancellationToken = context.RequestAborted;
        var (form, problem) = await ShotForm.ReadAsync(context.Request, cancellationToken);
        if (form is null)
        {
            return problem!;
        }

        if (await people.FindAsync(personId, cancellationToken) is not { } person)
        {
            return EnrollmentProblems.UnknownPerson();
        }

        if (person.Consent is null)
        {
            return EnrollmentProblems.ConsentMissing();
        }

        var frontPitch = person.Shots.Find(shot => shot.Pose == Pose.Front)?.Pitch;
        ShotInspection inspection;
        try
        {
            inspection = await inspector.InspectAsync(form.Jpeg, form.Pose, frontPitch, form.Manual, cancellationToken);
        }
        catch (FaceCheckUnavailableException)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            return EnrollmentProblems.FaceCheckUnavailable();
        }

        if (inspection.Flaws.Count > 0)
        {
            return EnrollmentProblems.NotGood(inspection.Flaws.Select(flaw => flaw.Code()));
        }

        if (await shots.IsLateAsync(form.Claim.CameraId, form.Claim.FencingToken, cancellationToken))
        {
            return EnrollmentProblems.StaleToken();
        }

        switch (await leases.CheckAsync(form.Claim, cancellationToken))
        {
            case LeaseProof.Live live:
                var shot = NewShot(personId, form, inspection, live, AccountOf(context.User), clock);
                if (await shots.TryReplaceAsync(shot, inspection.Jpeg, cancellationToken))
                {
                    return TypedResults.Json(ShotResponse.From(shot), s_json, statusCode: StatusCodes.Status201Created);
                }

                return await people.FindAsync(personId, cancellationToken) is null
                    ? EnrollmentProblems.UnknownPerson()
                    : EnrollmentProblems.ConsentMissing();
            case LeaseProof.Ended ended:
                return EnrollmentProblems.LeaseEnded(ended.Reason);
            case LeaseProof.Stale:
                return EnrollmentProblems.StaleToken();
            default:
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return ApiProblems.CameraApiUnavailable();
        }
    }

    private static async Task<IResult> DeleteAsync(
        Guid personId, string pose, ClaimsPrincipal user, ShotStore shots, CancellationToken cancellationToken)
    {
        if (Poses.Find(pose) is not { } known)
        {
            return ApiProblems.NotFound();
        }

        await shots.DeleteAsync(personId, known, AccountOf(user), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PictureAsync(Guid personId, string pose, ShotStore shots, CancellationToken cancellationToken) =>
        Poses.Find(pose) is { } known && await shots.PictureAsync(personId, known, cancellationToken) is { } jpeg
            ? TypedResults.Bytes(jpeg, MediaTypeNames.Image.Jpeg)
            : ApiProblems.NotFound();

    private static string AccountOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier)!;

    private static Shot NewShot(
        Guid personId, ShotForm form, ShotInspection inspection, LeaseProof.Live lease, string account, TimeProvider clock) => new()
    {
        PersonId = personId,
        Pose = form.Pose,
        TakenAt = clock.GetUtcNow().UtcDateTime,
        TakenBy = account,
        Manual = form.Manual,
        Width = inspection.Figures.Width,
        Height = inspection.Figures.Height,
        Sharpness = inspection.Figures.Sharpness,
        Brightness = inspection.Figures.Brightness,
        Size = inspection.Figures.Size,
        Yaw = inspection.Figures.Yaw,
        Pitch = inspection.Figures.Pitch,
        CameraId = form.Claim.CameraId,
        LeaseRef = lease.LeaseRef,
        FencingToken = form.Claim.FencingToken,
    };
}

internal sealed record ShotList(Guid PersonId, bool Consent, IReadOnlyList<string> Poses, IReadOnlyList<ShotResponse> Shots);

internal sealed record ShotResponse(
    Guid ShotId, string Pose, DateTime TakenAt, int Width, int Height, double Sharpness, double Brightness, double Size, double Yaw, double Pitch,
    bool Manual, string PictureUrl)
{
    public static ShotResponse From(Shot shot) => new(
        shot.Id, shot.Pose.Name(), shot.TakenAt, shot.Width, shot.Height, shot.Sharpness, shot.Brightness, shot.Size, shot.Yaw, shot.Pitch,
        shot.Manual, $"/api/people/{shot.PersonId}/shots/{shot.Pose.Name()}/picture?shot={shot.Id:N}"); // another address for another picture
}

using System.Net.Mime;
using System.Security.Claims;
using System.Security.Cryptography;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Http;
using Attendance.Web.People;
using Attendance.Web.Rights;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.Web.Enrollment;

internal static class ShotEndpoints
{
    public static void MapShots(this IEndpointRouteBuilder routes)
    {
        var shots = routes.MapGroup("/api/people/{personId:guid}/shots").AddEndpointFilter(RequestToken.RequireAsync);
        shots.MapGet("", ListAsync);
        shots.MapPost("", StoreAsync)
            .RequireRateLimiting(Quotas.Pictures)
            .WithMetadata(new RequestSizeLimitAttribute(ShotForm.LargestBody))
            .WithFormOptions(memoryBufferThreshold: ShotForm.LargestBody, multipartBodyLengthLimit: ShotForm.LargestBody); // so that the picture is never written to a file
        shots.MapDelete("{pose}", DeleteAsync);
        shots.MapGet("{pose}/picture", PictureAsync);
    }

    private static async Task<IResult> ListAsync(Guid personId, PeopleStore people, CancellationToken cancellationToken) =>
        await people.FindAsync(personId, cancellationToken) is { } person
            ? TypedResults.Ok(
                new ShotList(person.Id, person.Consent is not null, [.. Poses.All.Select(pose => pose.Code())], [.. person.Shots.OrderBy(shot => shot.Pose).Select(ShotResponse.From)]))
            : EnrollmentProblems.UnknownPerson();

    private static async Task<IResult> StoreAsync(
        Guid personId, HttpContext context, PeopleStore people, CurrentRights rights, ShotInspector inspector, ShotIntake intake)
    {
        var cancellationToken = context.RequestAborted;
        var (form, problem) = await ShotForm.ReadAsync(context.Request, cancellationToken);
        if (form is null)
        {
            return problem!;
        }

        if (!(await rights.ReadAsync(cancellationToken)).May(context.User, CameraRight.Borrow, form.CameraId))
        {
            return RightProblems.Missing(CameraRight.Borrow, form.CameraId);
        }

        if (await people.FindAsync(personId, cancellationToken) is not { } person)
        {
            return EnrollmentProblems.UnknownPerson();
        }

        if (person.Consent is null)
        {
            return EnrollmentProblems.ConsentMissing();
        }

        try
        {
            var frontPitch = person.Shots.Find(shot => shot.Pose == Pose.Front)?.Pitch;
            return await inspector.InspectAsync(form.Jpeg, form.Pose, frontPitch, form.Manual, cancellationToken) switch
            {
                ShotInspection.Refused refused => EnrollmentProblems.NoPicture(refused.Fault),
                ShotInspection.Judged { Good: { } good } judged => ToResult(
                    await intake.StoreAsync(personId, form, judged.Judgement.Figures, good, context.User.AccountId(), cancellationToken)),
                ShotInspection.Judged judged => EnrollmentProblems.NotGood(judged.Judgement.Flaws.Select(flaw => flaw.Code())),
                var unknown => throw new InvalidOperationException($"No answer is known for {unknown}."),
            };
        }
        catch (FaceCheckUnavailableException)
        {
            return EnrollmentProblems.FaceCheckUnavailable();
        }
    }

    private static IResult ToResult(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Stored stored => TypedResults.Json(ShotResponse.From(stored.Shot), statusCode: StatusCodes.Status201Created),
        IntakeOutcome.PersonGone => EnrollmentProblems.UnknownPerson(),
        IntakeOutcome.ConsentGone => EnrollmentProblems.ConsentMissing(),
        IntakeOutcome.LeaseEnded ended => EnrollmentProblems.LeaseEnded(ended.Reason),
        IntakeOutcome.Stale => EnrollmentProblems.StaleToken(),
        _ => ApiProblems.CameraApiUnavailable(),
    };

    private static async Task<IResult> DeleteAsync(
        Guid personId, string pose, ClaimsPrincipal user, ShotStore shots, CancellationToken cancellationToken)
    {
        if (!Poses.TryParse(pose, out var known))
        {
            return ApiProblems.NotFound();
        }

        await shots.DeleteAsync(personId, known, user.AccountId(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PictureAsync(
        Guid personId, string pose, ShotStore shots, ILogger<ShotStore> logger, CancellationToken cancellationToken)
    {
        try
        {
            return Poses.TryParse(pose, out var known) && await shots.PictureAsync(personId, known, cancellationToken) is { } jpeg
                ? TypedResults.Bytes(jpeg, MediaTypeNames.Image.Jpeg)
                : ApiProblems.NotFound();
        }
        catch (CryptographicException exception)
        {
            ShotStore.LogUnreadable(logger, personId, pose, exception.Message);
            return EnrollmentProblems.Unreadable();
        }
    }
}

internal sealed record ShotList(Guid PersonId, bool Consent, IReadOnlyList<string> Poses, IReadOnlyList<ShotResponse> Shots);

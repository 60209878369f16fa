using System.Security.Claims;
using Attendance.ServiceDefaults;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Http;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.Web.Kiosks;

/// <summary>What the page of a kiosk asks for. Nobody but a kiosk may.</summary>
internal static class KioskEndpoints
{
    public static void MapKiosks(this IEndpointRouteBuilder routes)
    {
        var kiosk = routes.MapGroup("/api/kiosk").RequireAuthorization(KioskSignIn.KiosksOnly).AddEndpointFilter(RequestToken.RequireAsync);
        kiosk.MapGet("/status", StatusAsync);
        kiosk.MapPost("/frames", SeeAsync)
            .RequireRateLimiting(KioskQuota.Frames)
            .WithMetadata(new RequestSizeLimitAttribute(FrameForm.LargestBody))
            .WithFormOptions(memoryBufferThreshold: FrameForm.LargestBody, multipartBodyLengthLimit: FrameForm.LargestBody); // so that no frame is ever written to a file
        kiosk.MapPost("/code", EnterAsync).RequireRateLimiting(KioskQuota.Entries);
        kiosk.MapPost("/number", ClaimAsync).RequireRateLimiting(KioskQuota.Entries);
    }

    private static async Task<IResult> StatusAsync(ClaimsPrincipal user, KioskValidity kiosks, KioskStore store, KioskCandidates candidates, CancellationToken cancellationToken)
    {
        if (await KioskOf(user, kiosks, cancellationToken) is not { } kiosk)
        {
            return ApiProblems.SignedOut();
        }

        await store.SeenAsync(kiosk.Id, cancellationToken);
        var sessions = await candidates.OpenAsync(kiosk.Place, cancellationToken);
        return TypedResults.Ok(new KioskStatus(kiosk.Name, kiosk.Place, ProductVersion.Text, [.. sessions.Select(session => session.Name)]));
    }

    private static async Task<IResult> SeeAsync(HttpContext context, KioskValidity kiosks, KioskIntake intake)
    {
        if (await KioskOf(context.User, kiosks, context.RequestAborted) is not { } kiosk)
        {
            return ApiProblems.SignedOut();
        }

        var (frame, problem) = await FrameForm.ReadAsync(context.Request, context.RequestAborted);
        if (frame is null)
        {
            return problem!;
        }

        try
        {
            var (answer, refusal) = await intake.SeeAsync(kiosk, frame, context.RequestAborted);
            return answer is null ? refusal! : TypedResults.Ok(answer);
        }
        catch (FaceCheckUnavailableException)
        {
            return EnrollmentProblems.FaceCheckUnavailable();
        }
    }

    private static async Task<IResult> EnterAsync(HttpRequest request, ClaimsPrincipal user, KioskValidity kiosks, KioskIntake intake, CancellationToken cancellationToken)
    {
        var asked = await PageBody.ReadAsync<CodeRequest>(request);
        if (asked.EventId is not { } eventId || eventId == Guid.Empty)
        {
            return ApiProblems.Invalid("event_id", "must be a UUID that was made for this call.");
        }

        if (ProblemOf(asked.Number) is { } invalid)
        {
            return invalid;
        }

        if (asked.Code is not { Length: > 0 and <= CodeRequest.LongestCode })
        {
            return ApiProblems.Invalid("code", $"must have 1 to {CodeRequest.LongestCode} characters.");
        }

        if (await KioskOf(user, kiosks, cancellationToken) is not { } kiosk)
        {
            return ApiProblems.SignedOut();
        }

        var (answer, problem) = await intake.EnterAsync(kiosk, asked, cancellationToken);
        return answer is null ? problem! : TypedResults.Ok(answer);
    }

    private static async Task<IResult> ClaimAsync(HttpRequest request, ClaimsPrincipal user, KioskValidity kiosks, KioskIntake intake, CancellationToken cancellationToken)
    {
        var asked = await PageBody.ReadAsync<NumberRequest>(request);
        if (ProblemOf(asked.Number) is { } invalid)
        {
            return invalid;
        }

        return await KioskOf(user, kiosks, cancellationToken) is { } kiosk
            ? TypedResults.Ok(await intake.ClaimAsync(kiosk, asked.Number!, cancellationToken))
            : ApiProblems.SignedOut();
    }

    private static Problem? ProblemOf(string? number) =>
        number is { Length: > 0 and <= Person.NumberLength } ? null : ApiProblems.Invalid("number", $"must have 1 to {Person.NumberLength} characters.");

    private static async Task<Kiosk?> KioskOf(ClaimsPrincipal user, KioskValidity kiosks, CancellationToken cancellationToken) =>
        user.KioskId() is { } id ? await kiosks.FindAsync(id, cancellationToken) : null;
}

/// <param name="Version">The version of the server. The page loads itself again when it changes.</param>
/// <param name="Sessions">The names of the sessions that are open at this place.</param>
internal sealed record KioskStatus(string Name, string Place, string Version, IReadOnlyList<string> Sessions);

/// <summary>A person's number and personal code.</summary>
/// <param name="EventId">An id that the page made, so that a request that is sent again records nothing twice.</param>
public sealed record CodeRequest(Guid? EventId = null, string? Number = null, string? Code = null)
{
    internal const int LongestCode = 32;
}

/// <summary>The number of somebody whose face is looked at next.</summary>
public sealed record NumberRequest(string? Number = null);

internal static class KioskProblems
{
    public static Problem WrongCode() => new(StatusCodes.Status422UnprocessableEntity, ProblemCodes.WrongCode, "The number or the code is wrong.");

    public static Problem Locked(TimeSpan left) => new(StatusCodes.Status429TooManyRequests, ProblemCodes.TooMany, "There were too many wrong codes. Wait, or ask somebody.")
    {
        RetryAfter = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1),
    };
}

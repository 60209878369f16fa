using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Attendance.Web.Http;
using Attendance.Web.Layout;
using Attendance.Web.Rights;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.PhoneCameras;

/// <summary>What the pages of both sides of a pairing ask for: that of the operator, and that of the phone.</summary>
internal static class PhoneCameraEndpoints
{
    private const string Path = "/phone";

    public static void MapPhoneCameras(this IEndpointRouteBuilder routes)
    {
        var operators = routes.MapGroup("/api/phone-pairings").AddEndpointFilter(RequestToken.RequireAsync);
        operators.MapGet("/token", Token);
        operators.MapPost("", MakeAsync);
        operators.MapGet("/{id:guid}", ShowAsync);
        operators.MapPut("/{id:guid}/lease", BindAsync).NeedsNoRight("it asks only whether a lease lives, and that needed its right");
        operators.MapDelete("/{id:guid}", EndAsync);

        var phones = routes.MapGroup("/api/phone-camera").RequireAuthorization(PhoneCameraSignIn.PhoneCamerasOnly).AddEndpointFilter(RequestToken.RequireAsync);
        phones.MapGet("", ShowPhoneAsync);
        phones.MapPost("/end", EndPhoneAsync);
    }

    /// <summary>
    /// Returns the request token. Pages ask for it when they need it, because a page with a token in it may not be kept by browsers, and pages of
    /// cameras come back from where they are kept.
    /// </summary>
    private static Ok<PairingToken> Token(HttpContext context, IAntiforgery antiforgery) => TypedResults.Ok(new PairingToken(antiforgery.GetAndStoreTokens(context).RequestToken!));

    private static async Task<IResult> MakeAsync(
        HttpContext context, PhonePairings pairings, CurrentRights rights, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!(await rights.ReadAsync(cancellationToken)).MayPublish(context.User))
        {
            return RightProblems.MayNotPublish();
        }

        if (await SignInProof.OfAsync(context) is not { SessionId: { } signIn, Stamp: { } stamp })
        {
            return ApiProblems.SignedOut();
        }

        if (await pairings.MakeAsync(new(context.User.AccountId(), stamp, signIn), cancellationToken) is not var (pairing, code))
        {
            return ApiProblems.TooMany();
        }

        // The page's own origin, because a proxy that ends TLS changes the scheme. It was compared with the host before.
        var origin = context.Request.Headers.Origin is [{ Length: > 0 } page] ? page : $"{context.Request.Scheme}://{context.Request.Host}";
        return TypedResults.Created((string?)null, new MadePairing(
            pairing.Id, code, origin + Path, QrPicture.Of($"{origin}{Path}#{code}"), (pairing.CodeUntil - clock.GetUtcNow().UtcDateTime).TotalSeconds));
    }

    /// <summary>Tells the operator's page how far the pairing is. That it asks shows that it is there.</summary>
    private static async Task<IResult> ShowAsync(Guid id, ClaimsPrincipal user, PhonePairings pairings, PhoneCameraApi api, CancellationToken cancellationToken)
    {
        if (await pairings.FindAsync(id, user.AccountId(), cancellationToken) is not { } pairing)
        {
            return ApiProblems.NotFound();
        }

        if (pairing.End is { } end)
        {
            return TypedResults.Ok(new ShownPairing(PairingState.Ended, null, end));
        }

        await pairings.SeenAsync(id, cancellationToken);
        return TypedResults.Ok(pairing.UsedAt is null ? new ShownPairing(PairingState.Waiting, null, null)
            : new(await api.IsPublishedAsync(pairing.CameraId, cancellationToken) ? PairingState.Published : PairingState.Used, PublishedCamera.IdOf(pairing.CameraId), null));
    }

    private static async Task<IResult> BindAsync(
        Guid id, HttpRequest request, ClaimsPrincipal user, PhonePairings pairings, LeaseChecks checks, CancellationToken cancellationToken)
    {
        var claim = await PageBody.ReadAsync<CheckLease>(request);
        claim.Validate();
        if (await pairings.FindAsync(id, user.AccountId(), cancellationToken) is not { End: null, UsedAt: not null } pairing)
        {
            return ApiProblems.NotFound();
        }

        if (claim.CameraId != PublishedCamera.IdOf(pairing.CameraId))
        {
            return ApiProblems.Invalid("camera_id", "must be the camera that this pairing's phone publishes.");
        }

        switch (await checks.CheckAsync(claim, cancellationToken))
        {
            case LeaseProof.Live:
                await pairings.BindLeaseAsync(id, claim, cancellationToken);
                return TypedResults.NoContent();
            case LeaseProof.Unknown:
                return ApiProblems.CameraApiUnavailable();
            default:
                return new Problem(StatusCodes.Status410Gone, ProblemCodes.LeaseEnded, "The lease has ended.");
        }
    }

    private static async Task<IResult> EndAsync(Guid id, ClaimsPrincipal user, PhonePairings pairings)
    {
        if (await pairings.FindAsync(id, user.AccountId(), CancellationToken.None) is { } pairing)
        {
            await pairings.EndAsync(pairing, PairingEnd.Operator, CancellationToken.None); // also if the page is gone before it is answered
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> ShowPhoneAsync(ClaimsPrincipal user, PhonePairings pairings, CancellationToken cancellationToken) =>
        await pairings.FindAsync(user.PairingId()!.Value, cancellationToken) switch
        {
            { End: null } pairing => TypedResults.Ok(new ShownPhone(pairing.BoundLease is not null)),
            { End: { } end } => ApiProblems.PairingEnded(end.Code()), // since the phone was signed in, a moment ago
            null => ApiProblems.SignedOut(),
        };

    private static async Task<IResult> EndPhoneAsync(ClaimsPrincipal user, PhonePairings pairings)
    {
        if (await pairings.FindAsync(user.PairingId()!.Value, CancellationToken.None) is { } pairing)
        {
            await pairings.EndAsync(pairing, PairingEnd.Phone, CancellationToken.None);
        }

        return TypedResults.NoContent();
    }
}

/// <param name="RequestToken">The token against forged requests.</param>
internal sealed record PairingToken(string RequestToken);

internal enum PairingState
{
    /// <summary>No phone has used the code yet.</summary>
    Waiting,

    /// <summary>A phone has, and does not publish its camera now.</summary>
    Used,

    Published,

    Ended,
}

/// <param name="Code">The one-time code, to be typed. It cannot be shown again.</param>
/// <param name="Address">Where to type it.</param>
/// <param name="Picture">The QR code that leads there with the code, as SVG.</param>
/// <param name="SecondsLeft">How long the code is valid. The page's own clock may be wrong, so no time is told.</param>
internal sealed record MadePairing(Guid PairingId, string Code, string Address, string Picture, double SecondsLeft);

/// <param name="CameraId">The camera that the phone publishes, once it has used the code.</param>
internal sealed record ShownPairing(PairingState State, string? CameraId, PairingEnd? Reason);

/// <param name="IsShown">Whether the operator's page has the phone's camera open.</param>
internal sealed record ShownPhone(bool IsShown);

using System.Collections.Concurrent;
using System.Security.Claims;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts;

/// <summary>
/// The sign-in of a kiosk: a cookie of its own, which no page and no endpoint accepts but those that name its policy. So a kiosk's device can
/// check people in and borrow its camera, and nothing else.
/// </summary>
internal static class KioskSignIn
{
    public const string Scheme = "kiosk", Role = "Kiosk", SetupPath = "/kiosk/setup";

    /// <summary>The policy for kiosks, and the one for kiosks and accounts alike: whoever may borrow a camera.</summary>
    public const string KiosksOnly = "kiosks", CameraUsers = "camera_users";

    private const string CameraClaim = "attendance:kiosk_camera", IdPrefix = "kiosk-";
    private static readonly string s_stampClaim = new ClaimsIdentityOptions().SecurityStampClaimType;
    private static readonly TimeSpan s_lasts = TimeSpan.FromDays(400); // the longest that browsers keep a cookie; every visit renews it

    public static void AddKioskSignIn(this IServiceCollection services)
    {
        services.AddSingleton<KioskValidity>();
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "attendance-kiosk";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = s_lasts;
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = SendToSetupAsync;
            cookie.Events.OnRedirectToAccessDenied = context => ApiProblems.NotAllowed().ExecuteAsync(context.HttpContext);
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(KiosksOnly, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser())
            .AddPolicy(CameraUsers, policy => policy.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme, Scheme).RequireAuthenticatedUser());
    }

    public static Task SignInAsync(HttpContext context, Kiosk kiosk) => context.SignInAsync(Scheme, PrincipalOf(kiosk), new AuthenticationProperties { IsPersistent = true });

    /// <summary>Returns the id of the kiosk that is signed in, or null if none is.</summary>
    public static Guid? KioskId(this ClaimsPrincipal user) =>
        user.IsInRole(Role) && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(id[IdPrefix.Length..], "N", out var kiosk) ? kiosk : null;

    /// <summary>Returns whether this user may borrow a camera. A kiosk may borrow its own only, and never whichever is free.</summary>
    public static bool MayBorrow(this ClaimsPrincipal user, string? cameraId) =>
        user.KioskId() is null
        || (user.FindFirstValue(CameraClaim) is { Length: > 0 } own ? cameraId == own && IdFormats.IsServerCamera(own) : IdFormats.IsBrowserCamera(cameraId));

    /// <summary>Returns the name of a kiosk where accounts are named: in quotas, and in the ledger of a camera.</summary>
    public static string NameOf(Guid kioskId) => $"{IdPrefix}{kioskId:N}";

    private static ClaimsPrincipal PrincipalOf(Kiosk kiosk) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, NameOf(kiosk.Id)),
            new(ClaimTypes.Role, Role),
            new(s_stampClaim, kiosk.Stamp.ToString("N")),
            new(CameraClaim, kiosk.CameraId ?? ""),
        ], Scheme));

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var stamp = context.Principal?.FindFirstValue(s_stampClaim);
        if (context.Principal?.KioskId() is not { } id
            || await context.HttpContext.RequestServices.GetRequiredService<KioskValidity>().FindAsync(id, context.HttpContext.RequestAborted) is not { } kiosk
            || kiosk.Stamp.ToString("N") != stamp)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
            return;
        }

        context.ReplacePrincipal(PrincipalOf(kiosk)); // an administrator may have given it another camera
    }

    /// <summary>Sends a page to the set-up. For other requests the sign-in of accounts answers, or the problem that says that none is there.</summary>
    private static Task SendToSetupAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return Task.CompletedTask; // the sign-in of accounts was asked first, and has answered
        }

        if (context.Request.IsApi())
        {
            return ApiProblems.SignedOut().ExecuteAsync(context.HttpContext);
        }

        context.Response.Redirect(SetupPath);
        return Task.CompletedTask;
    }
}

/// <summary>
/// Remembers for a few seconds which kiosks there are, because a kiosk asks several times a second. While the database is away the last
/// answer holds, so that a kiosk keeps its camera.
/// </summary>
internal sealed class KioskValidity(IServiceScopeFactory scopes, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Guid, (Kiosk? Kiosk, long At)> _known = new();

    /// <returns>The kiosk, or null if there is none, or not any more.</returns>
    public async Task<Kiosk?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var isKnown = _known.TryGetValue(id, out var known);
        if (isKnown && clock.GetElapsedTime(known.At) < s_fresh)
        {
            return known.Kiosk;
        }

        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var kiosk = await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Kiosks.AsNoTracking().SingleOrDefaultAsync(each => each.Id == id, cancellationToken);
            _known[id] = (kiosk, clock.GetTimestamp());
            return kiosk;
        }
        catch (Exception exception) when (isKnown && DatabaseTrouble.Is(exception))
        {
            return known.Kiosk;
        }
    }

    /// <summary>Asks the database the next time, because the kiosk has changed.</summary>
    public void Forget(Guid id) => _known.TryRemove(id, out _);
}

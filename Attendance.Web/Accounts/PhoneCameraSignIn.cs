using System.Security.Claims;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts;

/// <summary>
/// The sign-in of a phone that lends its camera to an operator's page: a cookie of its own, which nothing accepts but what names one of the
/// policies here. So such a phone can lease, keep and publish the one camera that its pairing names, and nothing else, until the pairing ends.
/// </summary>
internal static class PhoneCameraSignIn
{
    public const string Scheme = "phone-camera", Role = "PhoneCamera", SetupPath = "/phone/setup";

    /// <summary>
    /// The policy for such phones alone; the one for whoever may lease a camera: accounts, kiosks, and these; and the one for whoever may publish
    /// one: accounts, and these.
    /// </summary>
    public const string PhoneCamerasOnly = "phone_cameras", Lessees = "lessees", Publishers = "publishers";

    private const string CameraClaim = "attendance:phone_camera", IdPrefix = "phone-camera-";
    private static readonly object s_end = new();

    public static void AddPhoneCameraSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "attendance-phone-camera";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromDays(1); // a lease ends long before
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = SendToSetupAsync;
            cookie.Events.OnRedirectToAccessDenied = context => ApiProblems.NotAllowed().ExecuteAsync(context.HttpContext);
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(PhoneCamerasOnly, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Role))
            .AddPolicy(Lessees, policy => policy.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme, KioskSignIn.Scheme, Scheme).RequireAuthenticatedUser())
            .AddPolicy(Publishers, policy => policy.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme, Scheme).RequireAuthenticatedUser());
    }

    public static Task SignInAsync(HttpContext context, PhonePairing pairing) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, NameOf(pairing.Id)), new(ClaimTypes.Role, Role), new(CameraClaim, pairing.CameraId)], Scheme)));

    /// <summary>Returns the id of the pairing of the phone that is signed in, or null if none is.</summary>
    public static Guid? PairingId(this ClaimsPrincipal user) =>
        user.IsInRole(Role) && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(id[IdPrefix.Length..], "N", out var pairing) ? pairing : null;

    /// <summary>Returns the camera that a paired phone may lease.</summary>
    public static string? PairedCamera(this ClaimsPrincipal user) => user.FindFirstValue(CameraClaim);

    /// <summary>Returns whether this user may lease and publish a camera. A paired phone may do so with its own only.</summary>
    public static bool MayLend(this ClaimsPrincipal user, string? cameraId) => !user.IsInRole(Role) || cameraId == user.PairedCamera();

    /// <summary>Returns the name of a paired phone where accounts are named: in quotas, and in the ledger of a camera.</summary>
    public static string NameOf(Guid pairingId) => $"{IdPrefix}{pairingId:N}";

    /// <summary>
    /// Asks the database each time, so that a phone can do nothing more once its pairing has ended. Where others may ask too, the sign-in of an
    /// account or a kiosk in the same browser comes first: it is what the browser's other pages mean.
    /// </summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        if (!IsForPhonesAlone(http) && ((await http.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Succeeded || (await http.AuthenticateAsync(KioskSignIn.Scheme)).Succeeded))
        {
            context.RejectPrincipal();
            return;
        }

        var id = context.Principal?.PairingId();
        var pairing = await http.RequestServices.GetRequiredService<AttendanceDb>().PhonePairings.AsNoTracking()
            .SingleOrDefaultAsync(each => each.Id == id, http.RequestAborted);
        if (pairing is not { EndedAt: null })
        {
            http.Items[s_end] = pairing?.End;
            context.RejectPrincipal();
        }
    }

    private static bool IsForPhonesAlone(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(each => each.Policy == PhoneCamerasOnly) == true;

    /// <summary>
    /// Sends a page to the set-up. A request of a page is told why the pairing has ended, unless the sign-in of accounts was asked first and has answered.
    /// </summary>
    private static Task SendToSetupAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return Task.CompletedTask;
        }

        if (context.Request.IsApi())
        {
            return (context.HttpContext.Items[s_end] is PairingEnd end ? ApiProblems.PairingEnded(end.Code()) : ApiProblems.SignedOut()).ExecuteAsync(context.HttpContext);
        }

        context.Response.Redirect(SetupPath);
        return Task.CompletedTask;
    }
}

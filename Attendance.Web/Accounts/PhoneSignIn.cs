using System.Security.Claims;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Accounts;

/// <summary>
/// The sign-in of a person's own phone: a cookie of its own, which nothing accepts but what names its policy. So a phone can show its person's
/// QR code, and nothing else.
/// </summary>
internal static class PhoneSignIn
{
    public const string Scheme = "phone", SetupPath = "/my-code/setup";

    public const string PhonesOnly = "phones";

    private const string Role = "Phone", IdPrefix = "phone-";
    private static readonly TimeSpan s_lasts = TimeSpan.FromDays(400); // the longest that browsers keep a cookie; every visit renews it

    public static void AddPhoneSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "attendance-phone";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax; // people keep a link to the page, and its requests change nothing
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = s_lasts;
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = SendToSetupAsync;
            cookie.Events.OnRedirectToAccessDenied = context => ApiProblems.NotAllowed().ExecuteAsync(context.HttpContext);
        });
        services.AddAuthorizationBuilder().AddPolicy(PhonesOnly, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Role));
    }

    public static Task SignInAsync(HttpContext context, Guid phoneId) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, $"{IdPrefix}{phoneId:N}"), new(ClaimTypes.Role, Role)], Scheme)),
        new AuthenticationProperties { IsPersistent = true });

    /// <summary>Returns the id of the phone that is signed in, or null if none is.</summary>
    public static Guid? PhoneId(this ClaimsPrincipal user) =>
        user.IsInRole(Role) && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(id[IdPrefix.Length..], "N", out var phone) ? phone : null;

    /// <summary>Asks the database each time, which is every half a minute, so a phone that was revoked shows nothing more.</summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal?.PhoneId() is not { } id || !await context.HttpContext.RequestServices.GetRequiredService<AttendanceDb>().Phones
            .AnyAsync(phone => phone.Id == id && phone.SetUpAt != null, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
        }
    }

    private static Task SendToSetupAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.IsApi())
        {
            return ApiProblems.SignedOut().ExecuteAsync(context.HttpContext);
        }

        context.Response.Redirect(SetupPath);
        return Task.CompletedTask;
    }
}

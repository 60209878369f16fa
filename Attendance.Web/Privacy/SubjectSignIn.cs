using System.Security.Claims;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Privacy;

/// <summary>
/// The sign-in of a person who has opened the link to their own data: a cookie of its own for a short time, which nothing accepts but what
/// names its policy. So the person sees their own data, and nothing else.
/// </summary>
internal static class SubjectSignIn
{
    public const string Scheme = "my-data", SubjectsOnly = "subjects", SetupPath = "/my-data/setup", Path = "/my-data";

    private const string Role = "Subject", IdPrefix = "privacy-link-";
    private static readonly TimeSpan s_lasts = TimeSpan.FromMinutes(20);

    public static void AddSubjectSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "attendance-my-data";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = s_lasts;
            cookie.Events.OnValidatePrincipal = ValidateAsync;
            cookie.Events.OnRedirectToLogin = SendToSetupAsync;
            cookie.Events.OnRedirectToAccessDenied = SendToSetupAsync;
        });
        services.AddAuthorizationBuilder().AddPolicy(SubjectsOnly, policy => policy.AddAuthenticationSchemes(Scheme).RequireRole(Role));
    }

    public static Task SignInAsync(HttpContext context, Guid linkId) => context.SignInAsync(
        Scheme, new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, $"{IdPrefix}{linkId:N}"), new(ClaimTypes.Role, Role)], Scheme)));

    /// <summary>Returns the id of the link that was opened, or null if none was.</summary>
    public static Guid? PrivacyLinkId(this ClaimsPrincipal user) =>
        user.IsInRole(Role) && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && id.StartsWith(IdPrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(id[IdPrefix.Length..], "N", out var link) ? link : null;

    /// <summary>Asks the database each time, so that a link that was revoked or is over shows nothing more.</summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var (id, services) = (context.Principal?.PrivacyLinkId(), context.HttpContext.RequestServices);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime;
        if (id is null || !await services.GetRequiredService<AttendanceDb>().PrivacyLinks.AnyAsync(link => link.Id == id && link.Until > now, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
        }
    }

    private static Task SendToSetupAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.Redirect(SetupPath);
        return Task.CompletedTask;
    }
}

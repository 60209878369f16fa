using Attendance.Web.Security;
using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.Accounts.Passkeys;

internal static class PasskeyRegistration
{
    /// <summary>How long the question of a page is open, and the browser may take to answer it.</summary>
    private static readonly TimeSpan s_asked = TimeSpan.FromMinutes(30), s_answered = TimeSpan.FromMinutes(5);

    public static void AddPasskeys(this IServiceCollection services)
    {
        services.AddScoped<PasskeyStore>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.UserVerificationRequirement = passkeys.ResidentKeyRequirement = "required"; // a passkey is the only thing that is asked for
            passkeys.AttestationConveyancePreference = "none"; // which device somebody has is nobody's business
            passkeys.AuthenticatorTimeout = s_answered;
            passkeys.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && SameOriginOnly.IsOwn(context.HttpContext.Request, context.Origin));
        });

        // The framework keeps the question in this cookie between the two requests of a passkey, encrypted. Nobody is signed in by it.
        services.AddAuthentication().AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie =>
        {
            cookie.Cookie.Name = "attendance-passkey";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = s_asked;
            cookie.SlidingExpiration = false;
        });
    }
}

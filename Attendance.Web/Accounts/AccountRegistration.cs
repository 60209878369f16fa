using System.Globalization;
using System.Threading.RateLimiting;
using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal static class AccountRegistration
{
    /// <summary>Who may look after accounts, and after cameras.</summary>
    public const string AdminsOnly = "admins";

    /// <summary>On what is done with a password.</summary>
    public const string FewAttempts = "few-attempts";

    public const string SignInPath = "/sign-in", PasswordPath = "/account/password";

    public static void AddAccounts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<AccountOptions>().BindStrictly(AccountOptions.Section);
        services.AddSingleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>();

        services.AddIdentityCore<Account>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddEntityFrameworkStores<AttendanceDb>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<AccountOptions>>(Configure);
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000); // OWASP's figure for PBKDF2 with SHA-512
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));

        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.TwoFactorRememberMeScheme); // unused; who is signed out by the framework is signed out of it, too
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<AccountOptions>>(Configure);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()) // what does not say otherwise
            .AddPolicy(AdminsOnly, policy => policy.RequireRole(nameof(AccountRole.Admin)));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "attendance-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // the content policy says it, and better
        });
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<AccountOptions>>(Configure);

        services.AddSingleton<FirstAdmin>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstAdmin>());
    }

    private static void Configure(IdentityOptions identity, IOptions<AccountOptions> options)
    {
        // Length is what counts; rules about its characters make passwords worse (NIST SP 800-63B).
        identity.Password.RequiredLength = AccountOptions.ShortestPassword;
        identity.Password.RequiredUniqueChars = 5;
        identity.Password.RequireDigit = identity.Password.RequireLowercase = false;
        identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
        identity.User.AllowedUserNameCharacters = AccountNames.Characters;
        identity.Lockout.MaxFailedAccessAttempts = options.Value.WrongPasswords;
        identity.Lockout.DefaultLockoutTimeSpan = options.Value.LockedFor;
    }

    private static void Configure(CookieAuthenticationOptions cookie, IOptions<AccountOptions> options)
    {
        cookie.Cookie.Name = "attendance";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest; // a developer's own machine has no certificate
        cookie.ExpireTimeSpan = options.Value.SignInLasts;
        cookie.LoginPath = SignInPath;
        cookie.ReturnUrlParameter = "return";
        cookie.Events.OnValidatePrincipal = ValidateAsync;
        cookie.Events.OnCheckSlidingExpiration = RenewWhenValidatedOnly;
        cookie.Events.OnRedirectToLogin = SendToSignInAsync;
        cookie.Events.OnRedirectToAccessDenied = RefuseAsync;
    }

    /// <summary>
    /// An account that was deleted, or given another password, is out within a minute. What needs no sign-in (giving a camera back)
    /// does not ask the database either: should that be down, a camera still comes back.
    /// </summary>
    private static Task ValidateAsync(CookieValidatePrincipalContext context) =>
        context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
            ? SecurityStampValidator.ValidatePrincipalAsync(context)
            : Task.CompletedTask;

    /// <summary>
    /// A sign-in is prolonged where its account was looked at (<see cref="ValidateAsync"/>, which the framework's validator does
    /// each time), and nowhere else: a new cookie is believed for a minute, and one that anybody could renew by asking for what
    /// needs no sign-in would keep a deleted account in for ever.
    /// </summary>
    private static Task RenewWhenValidatedOnly(CookieSlidingExpirationContext context)
    {
        context.ShouldRenew = false;
        return Task.CompletedTask;
    }

    /// <summary>A program is told; a person is shown the way.</summary>
    private static Task SendToSignInAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (IsApi(context.Request))
        {
            return ApiProblems.SignedOut().ExecuteAsync(context.HttpContext);
        }

        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    /// <summary>For a person, the page of this status follows.</summary>
    private static Task RefuseAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (IsApi(context.Request))
        {
            return ApiProblems.NotAllowed().ExecuteAsync(context.HttpContext);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api");

    private static void Configure(RateLimiterOptions limiter, IOptions<AccountOptions> options)
    {
        limiter.AddPolicy(FewAttempts, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new() { PermitLimit = options.Value.AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(""));
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (rejected, _) =>
        {
            if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after))
            {
                rejected.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            return ValueTask.CompletedTask;
        };
    }
}

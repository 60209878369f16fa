using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Accounts.OpenId;
using Attendance.Web.Accounts.Passkeys;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal static class AccountRegistration
{
    /// <summary>The policy for users who may manage accounts and cameras.</summary>
    public const string AdminsOnly = "admins";

    public const string SignInPath = "/sign-in", PasswordPath = "/account/password";

    public static void AddAccounts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<AccountOptions>().BindStrictly(AccountOptions.Section);
        services.AddSingleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>();

        services.AddIdentityCore<Account>()
            .AddErrorDescriber<IdentityTexts>()
            .AddPasswordValidator<WeakPasswords>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddUserStore<UserOnlyStore<Account, AttendanceDb, string, IdentityUserClaim<string>, IdentityUserLogin<string>, IdentityUserToken<string>, AccountPasskey>>(); // passkeys of our own type
        services.AddScoped<ISecurityStampValidator, AccountValidator>(); // replaces the framework's validator, so it must come after it
        services.Configure<IdentityOptions>(Configure);
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000); // the number that OWASP recommends for PBKDF2 with SHA-512
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));

        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.TwoFactorRememberMeScheme); // unused, but the framework's sign-out also signs out of this scheme
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<AccountOptions>>(Configure);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()) // applies to every endpoint that has no policy of its own
            .AddPolicy(AdminsOnly, policy => policy.RequireRole(nameof(AccountRole.Admin)));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "attendance-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // the content security policy does this better
        });
        services.AddKioskSignIn();
        services.AddPhoneSignIn();
        services.AddPhoneCameraSignIn();
        services.AddQuotas();
        builder.AddOpenId();
        services.AddPasskeys();
        services.AddSingleton<SignInMetrics>();
        services.AddScoped<SignInCounts>();
        services.AddScoped<PasswordAttempts>();
        services.AddScoped<TeamStore>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<SignInSessions>();
        services.AddSingleton<OpenConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenConnections>());

        services.AddSingleton<FirstAdmin>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstAdmin>());
    }

    private static void Configure(IdentityOptions identity)
    {
        // Only the length of a password counts. Rules about its characters make passwords worse (NIST SP 800-63B).
        identity.Password.RequiredLength = AccountOptions.ShortestPassword;
        identity.Password.RequiredUniqueChars = 5;
        identity.Password.RequireDigit = identity.Password.RequireLowercase = false;
        identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
        identity.User.AllowedUserNameCharacters = AccountNames.Characters;
    }

    private static void Configure(CookieAuthenticationOptions cookie, IOptions<AccountOptions> options)
    {
        cookie.Cookie.Name = "attendance";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest; // a developer's machine has no certificate
        cookie.ExpireTimeSpan = options.Value.SignInLasts;
        cookie.LoginPath = SignInPath;
        cookie.ReturnUrlParameter = "return";
        cookie.Events.OnValidatePrincipal = ValidateAsync;
        cookie.Events.OnCheckSlidingExpiration = RenewWhenValidatedOnly;
        cookie.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask; // the sign-in page redirects by itself, and only to addresses of this site
        cookie.Events.OnRedirectToLogin = SendToSignInAsync;
        cookie.Events.OnRedirectToAccessDenied = RefuseAsync;
    }

    /// <summary>
    /// Signs an account out within a minute after it was deleted or given another password, and a session at once when it was signed out.
    /// Endpoints that need no sign-in (such as giving a camera back) skip the check, so a camera can be given back while the database is down.
    /// </summary>
    private static Task ValidateAsync(CookieValidatePrincipalContext context) =>
        context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
            ? SecurityStampValidator.ValidatePrincipalAsync(context)
            : Task.CompletedTask;

    /// <summary>
    /// Lets a sign-in be renewed only after its account was checked (<see cref="ValidateAsync"/>; the framework's validator renews the
    /// cookie each time that it checks). A new cookie is trusted for a minute. If endpoints that need no sign-in also renewed cookies,
    /// a deleted account could stay signed in forever.
    /// </summary>
    private static Task RenewWhenValidatedOnly(CookieSlidingExpirationContext context)
    {
        context.ShouldRenew = false;
        return Task.CompletedTask;
    }

    /// <summary>Answers an API request with a problem document, and redirects every other request to the sign-in page.</summary>
    private static Task SendToSignInAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.IsApi())
        {
            return ApiProblems.SignedOut().ExecuteAsync(context.HttpContext);
        }

        // Without the host, because a client can put any name there.
        var wanted = context.Request.Path + context.Request.QueryString;
        context.Response.Redirect(QueryHelpers.AddQueryString(SignInPath, context.Options.ReturnUrlParameter, wanted));
        return Task.CompletedTask;
    }

    /// <summary>Refuses the request. For a page, the error page for status 403 follows.</summary>
    private static Task RefuseAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.IsApi())
        {
            return ApiProblems.NotAllowed().ExecuteAsync(context.HttpContext);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}

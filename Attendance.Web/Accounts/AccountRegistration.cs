using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Data;
using Attendance.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal static class AccountRegistration
{
    /// <summary>Who may look after accounts, and after cameras.</summary>
    public const string AdminsOnly = "admins";

    public const string SignInPath = "/sign-in", PasswordPath = "/account/password";

    public static void AddAccounts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<AccountOptions>().BindStrictly(AccountOptions.Section);
        services.AddSingleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>();

        services.AddIdentityCore<Account>()
            .AddPasswordValidator<WeakPasswords>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddEntityFrameworkStores<AttendanceDb>();
        services.AddScoped<ISecurityStampValidator, AccountValidator>(); // in place of the framework's, so after it
        services.Configure<IdentityOptions>(Configure);
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
        services.AddQuotas();
        services.AddScoped<SignInCounts>();
        services.AddScoped<PasswordAttempts>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<SignInSessions>();
        services.AddSingleton<OpenConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenConnections>());

        services.AddSingleton<FirstAdmin>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstAdmin>());
    }

    private static void Configure(IdentityOptions identity)
    {
        // Length is what counts; rules about its characters make passwords worse (NIST SP 800-63B).
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
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest; // a developer's own machine has no certificate
        cookie.ExpireTimeSpan = options.Value.SignInLasts;
        cookie.LoginPath = SignInPath;
        cookie.ReturnUrlParameter = "return";
        cookie.Events.OnValidatePrincipal = ValidateAsync;
        cookie.Events.OnCheckSlidingExpiration = RenewWhenValidatedOnly;
        cookie.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask; // the page leads on, to a place of ours only
        cookie.Events.OnRedirectToLogin = SendToSignInAsync;
        cookie.Events.OnRedirectToAccessDenied = RefuseAsync;
    }

    /// <summary>
    /// An account that was deleted, or given another password, is out within a minute, and who has signed out at once. What needs no
    /// sign-in (giving a camera back) does not ask the database either: should that be down, a camera still comes back.
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

        // Without the host: whoever asks may name another one.
        var wanted = context.Request.Path + context.Request.QueryString;
        context.Response.Redirect(QueryHelpers.AddQueryString(SignInPath, context.Options.ReturnUrlParameter, wanted));
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
}

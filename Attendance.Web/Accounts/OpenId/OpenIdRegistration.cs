using Attendance.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Attendance.Web.Accounts.OpenId;

internal static class OpenIdRegistration
{
    public const string Scheme = "openid";

    /// <summary>Where the provider sends a browser back to, and where it reports who has signed out.</summary>
    public const string CallbackPath = "/signin-oidc", BackChannelPath = "/signin-oidc/backchannel-logout";

    public static void AddOpenId(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<OpenIdOptions>().BindStrictly(OpenIdOptions.Section);
        services.AddSingleton<IValidateOptions<OpenIdOptions>, OpenIdOptionsValidator>();
        services.AddSingleton<OpenIdProvider>();
        services.AddSingleton<LogoutTokens>();
        services.AddScoped<SpentLogoutTokens>();
        services.AddScoped<OpenIdAccounts>();
        services.AddScoped<OpenIdSignIn>();
        if (builder.Configuration[$"{OpenIdOptions.Section}:{nameof(OpenIdOptions.Authority)}"] is not { Length: > 0 })
        {
            return;
        }

        // The handler's own words may tell parts of tokens at some levels. OpenIdSignIn logs what happened.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Authentication.OpenIdConnect", LogLevel.None);
        services.AddAuthentication().AddOpenIdConnect(Scheme, _ => { });
        services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<IOptions<OpenIdOptions>>(Configure);
    }

    private static void Configure(OpenIdConnectOptions scheme, IOptions<OpenIdOptions> options)
    {
        var own = options.Value;
        scheme.Authority = own.Authority;
        scheme.ClientId = own.ClientId;
        scheme.ClientSecret = own.ClientSecret is { Length: > 0 } secret ? secret : null;
        scheme.RequireHttpsMetadata = !own.Authority!.StartsWith("http:", StringComparison.OrdinalIgnoreCase); // which was validated
        scheme.SignInScheme = IdentityConstants.ApplicationScheme; // never used: OpenIdSignIn signs the account in
        scheme.CallbackPath = CallbackPath;
        scheme.RemoteSignOutPath = scheme.SignedOutCallbackPath = default; // both would end a cookie and not its session
        scheme.ResponseType = OpenIdConnectResponseType.Code;
        scheme.ResponseMode = OpenIdConnectResponseMode.Query; // a form from another site would come without our cookies, and is refused
        scheme.UsePkce = true;
        scheme.SaveTokens = false;
        scheme.MapInboundClaims = false;
        scheme.GetClaimsFromUserInfoEndpoint = true;
        scheme.BackchannelTimeout = TimeSpan.FromSeconds(10);
        scheme.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
        scheme.Scope.Clear();
        foreach (var scope in own.WantedScopes)
        {
            scheme.Scope.Add(scope);
        }

        scheme.ClaimActions.Clear();
        foreach (var claim in (string?[])["preferred_username", "email", own.RoleClaim, own.GroupsClaim])
        {
            if (!string.IsNullOrEmpty(claim))
            {
                scheme.ClaimActions.MapJsonKey(claim, claim); // what only the user info endpoint tells
            }
        }

        foreach (var cookie in (CookieBuilder[])[scheme.CorrelationCookie, scheme.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        scheme.CorrelationCookie.Name = "attendance-openid.";
        scheme.NonceCookie.Name = "attendance-openid-nonce.";
        scheme.Events.OnTicketReceived = context => context.HttpContext.RequestServices.GetRequiredService<OpenIdSignIn>().ReceiveAsync(context);
        scheme.Events.OnAccessDenied = OpenIdSignIn.CancelAsync;
        scheme.Events.OnRemoteFailure = context => context.HttpContext.RequestServices.GetRequiredService<OpenIdSignIn>().FailAsync(context);
    }
}
